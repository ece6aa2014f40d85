import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSigned } from './aws-signature.js';
import { FaultScript } from './fault-script.js';

export interface S3Behaviour {
  /** Answers so, and keeps nothing. */
  readonly status: number;
  readonly delayMs: number;
  /** Ends the connection before it has kept the object, or after it. */
  readonly cut: 'before' | 'after';
}

export interface S3Object {
  readonly key: string;
  readonly body: string;
  /** `content-type` and `x-amz-meta-…`, as they were given. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface FakeS3Server {
  readonly endpoint: string;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What lies in the bucket, in the order it came. */
  readonly objects: readonly S3Object[];
  /** How many puts were seen, whatever became of them. */
  readonly puts: number;
  /** How the next `times` puts are treated (for ever if you do not say); `{}` is well again. */
  setBehaviour(behaviour: Partial<S3Behaviour>, times?: number): void;
  stop(): Promise<void>;
}

const BUCKET = 'foyer-events';
const CREDENTIALS = { accessKeyId: 'foyer', secretAccessKey: 'a secret of the tests' };
const S3_ERROR_CODES: Readonly<Record<number, string>> = {
  403: 'AccessDenied',
  404: 'NoSuchKey',
  405: 'MethodNotAllowed',
  409: 'ConditionalRequestConflict',
  412: 'PreconditionFailed',
  413: 'EntityTooLarge',
  500: 'InternalError',
  503: 'SlowDown',
};

/**
 * As much of S3 as one bucket of small objects takes: put, get and head, signatures (version 4), and puts with
 * `If-None-Match: *`, decided and done in one step. In memory.
 */
export async function startFakeS3Server(): Promise<FakeS3Server> {
  const objects = new Map<string, S3Object>();
  const script = new FaultScript<S3Behaviour>();
  let puts = 0;

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const body = await buffer(request);
    const key = keyIn(request);
    if (!isSigned(request, body, { [CREDENTIALS.accessKeyId]: CREDENTIALS.secretAccessKey }))
      return sendError(response, 403, 'SignatureDoesNotMatch');
    if (key === undefined) return sendError(response, 404, 'NoSuchBucket');
    if (request.method === 'GET' || request.method === 'HEAD') return sendObject(response, objects.get(key));
    if (request.method !== 'PUT') return sendError(response, 405);
    puts++;
    const { status, delayMs, cut } = script.next();
    if (delayMs) await sleep(delayMs);
    if (cut === 'before') return void request.socket.destroy();
    if (status) return sendError(response, status);
    if (request.headers['if-none-match'] === '*' && objects.has(key)) return sendError(response, 412);
    objects.set(key, { key, body: body.toString(), headers: storedHeaders(request.headers) });
    if (cut === 'after') request.socket.destroy();
    else response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end();
  };

  const server = http.createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bucket: BUCKET,
    credentials: CREDENTIALS,
    get objects() {
      return [...objects.values()];
    },
    get puts() {
      return puts;
    },
    setBehaviour: (behaviour, times) => script.set(behaviour, times),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Buckets are named in the path. */
function keyIn({ url = '' }: http.IncomingMessage): string | undefined {
  const path = decodeURIComponent(url.split('?')[0] ?? '');
  return path.startsWith(`/${BUCKET}/`) ? path.slice(BUCKET.length + 2) : undefined;
}

const storedHeaders = (headers: http.IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name === 'content-type' || name.startsWith('x-amz-meta-') ? [[name, String(value)]] : [],
    ),
  );

function sendObject(response: http.ServerResponse, object: S3Object | undefined): void {
  if (object === undefined) sendError(response, 404);
  else
    response.writeHead(200, { ...object.headers, 'content-length': Buffer.byteLength(object.body) }).end(object.body);
}

function sendError(response: http.ServerResponse, status: number, code = S3_ERROR_CODES[status]): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>as told</Message><RequestId>${randomUUID()}</RequestId></Error>`;
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}

import http from 'node:http';
import https from 'node:https';

const REQUEST_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_BYTES = 65_536;

export interface WebhookResponse {
  readonly status: number;
  /** From `Retry-After`; 0 without it. */
  readonly retryAfterSeconds: number;
}

interface WebhookRequest {
  readonly agent: http.Agent;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Does not use `fetch`, which resolves names itself. The timeout of 10 s covers the whole request. The body is discarded. */
export function postWebhook(url: URL, { agent, headers, body }: WebhookRequest): Promise<WebhookResponse> {
  const { request } = url.protocol === 'https:' ? https : http;
  const length = String(Buffer.byteLength(body));
  return new Promise((resolve, reject) => {
    const call = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': length },
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    call.once('error', reject);
    call.once('response', (response) => {
      drainResponse(response);
      const retryAfter = Number(response.headers['retry-after'] ?? 0);
      const retryAfterSeconds = Number.isFinite(retryAfter) ? Math.max(0, retryAfter) : 0;
      resolve({ status: response.statusCode ?? 0, retryAfterSeconds });
    });
    call.end(body);
  });
}

/** Reads the body so that the connection can be reused. A response that is too long closes the connection. */
function drainResponse(response: http.IncomingMessage): void {
  let bytes = 0;
  response.on('error', () => {});
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) response.destroy();
  });
}

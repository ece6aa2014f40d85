import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface LoadBalancer {
  readonly url: string;
  /** How many of those behind it say that they are ready. */
  readonly readyCount: number;
  stop(): Promise<void>;
}

/** A look costs the program a question to each of its dependencies. */
const HEALTH_CHECK_INTERVAL_MS = 200;

interface Backend {
  readonly base: URL;
  ready: boolean;
}

/**
 * Hands requests to the programs that say they are ready, in turn, over connections that it keeps open. It never tries twice:
 * what goes wrong behind it is a 502 to the caller.
 */
export async function startLoadBalancer(urls: readonly string[]): Promise<LoadBalancer> {
  const agent = new http.Agent({ keepAlive: true });
  const backends = urls.map((url): Backend => ({ base: new URL(url), ready: false }));
  const checkHealth = async (backend: Backend): Promise<void> => {
    const answer = fetch(new URL('/health/ready', backend.base), { signal: AbortSignal.timeout(2_000) });
    backend.ready = await answer.then(
      ({ ok }) => ok,
      (error: Error) => error.name === 'TimeoutError' && backend.ready, // slow is not gone
    );
  };
  const stopped = new AbortController();
  const pollHealth = async (backend: Backend): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sleep(HEALTH_CHECK_INTERVAL_MS);
      await checkHealth(backend);
    }
  };
  await Promise.all(backends.map(checkHealth));
  for (const backend of backends) void pollHealth(backend);
  let nextIndex = 0;
  const server = http.createServer((request, response) => {
    const ready = backends.filter((backend) => backend.ready);
    const next = ready[nextIndex++ % ready.length];
    if (next) forward(request, response, next.base, agent);
    else response.writeHead(502).end('nobody is ready');
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get readyCount() {
      return backends.filter((backend) => backend.ready).length;
    },
    async stop() {
      stopped.abort();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}

function forward(request: IncomingMessage, response: ServerResponse, base: URL, agent: http.Agent): void {
  const { method = 'GET', url = '/', headers } = request;
  const onward = http.request(new URL(url, base), { method, agent, headers: { ...headers, connection: 'keep-alive' } });
  const fail = (error: Error): void => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(error.message);
  };
  onward.once('error', fail).once('response', (answer) => {
    const { connection: _hop, 'keep-alive': _also, ...kept } = answer.headers;
    response.writeHead(answer.statusCode ?? 502, kept);
    answer.once('error', fail).pipe(response);
  });
  request.pipe(onward);
}

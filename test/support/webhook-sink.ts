import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { Collected } from './collected.js';
import { Script } from './script.js';

export interface WebhookBehaviour {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly delayMs: number;
  /** Ends the connection before or after it has taken the event. */
  readonly drop: 'before' | 'after';
}

export interface WebhookCall {
  /** `webhook-id`. */
  readonly id: string;
  readonly type: string;
  readonly payload: string;
  readonly headers: http.IncomingHttpHeaders;
}

export interface WebhookSink {
  readonly url: string;
  readonly port: number;
  /** What was taken: signed as Standard Webhooks says, as their own library sees it. */
  readonly events: readonly WebhookCall[];
  /** Every call, taken or not. */
  readonly calls: number;
  /** How the next `times` events are treated (for ever if you do not say); `{}` is well again. */
  behave(behaviour: Partial<WebhookBehaviour>, times?: number): void;
  waitFor(fits: (call: WebhookCall) => boolean, timeoutMs?: number): Promise<WebhookCall>;
  stop(): Promise<void>;
}

/** A receiver on loopback that takes what is rightly signed with `secret` (`whsec_…`), and answers 401 to the rest. */
export async function startWebhookSink(secret: string): Promise<WebhookSink> {
  const received = new Collected<WebhookCall>('call');
  const script = new Script<WebhookBehaviour>();
  const webhook = new Webhook(secret);
  let calls = 0;

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    calls++;
    const payload = await text(request);
    const { headers } = request;
    const isRight = verifies(webhook, payload, headers);
    const { status = isRight ? 204 : 401, delayMs, drop, headers: extra } = script.take();
    if (delayMs) await sleep(delayMs);
    if (drop !== 'before' && status >= 200 && status < 300) {
      const { type } = JSON.parse(payload) as { type: string };
      received.add({ id: String(headers['webhook-id']), type, payload, headers });
    }
    if (drop) request.socket.destroy();
    else response.writeHead(status, extra).end();
  };

  const server = http.createServer(
    (request, response) => void answer(request, response).catch(() => response.destroy()),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    port,
    events: received.items,
    get calls() {
      return calls;
    },
    behave: (behaviour, times) => script.set(behaviour, times),
    waitFor: (fits, timeoutMs) => received.waitFor(fits, timeoutMs),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function verifies(webhook: Webhook, payload: string, headers: http.IncomingHttpHeaders): boolean {
  try {
    webhook.verify(payload, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { AwaitableList } from './awaitable-list.js';
import { FaultScript } from './fault-script.js';

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
  setBehaviour(behaviour: Partial<WebhookBehaviour>, times?: number): void;
  waitFor(fits: (call: WebhookCall) => boolean, timeoutMs?: number): Promise<WebhookCall>;
  stop(): Promise<void>;
}

/** A receiver on loopback that takes what is rightly signed with `secret` (`whsec_…`), and answers 401 to the rest. */
export async function startWebhookSink(secret: string): Promise<WebhookSink> {
  const received = new AwaitableList<WebhookCall>('call');
  const script = new FaultScript<WebhookBehaviour>();
  const webhook = new Webhook(secret);
  let calls = 0;

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    calls++;
    const payload = await text(request);
    const { headers } = request;
    const isRight = hasValidSignature(webhook, payload, headers);
    const { status = isRight ? 204 : 401, delayMs, drop, headers: extra } = script.next();
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
    setBehaviour: (behaviour, times) => script.set(behaviour, times),
    waitFor: (fits, timeoutMs) => received.waitFor(fits, timeoutMs),
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function hasValidSignature(webhook: Webhook, payload: string, headers: http.IncomingHttpHeaders): boolean {
  try {
    webhook.verify(payload, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

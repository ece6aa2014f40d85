import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '#kernel';
import { isWithin, type WebhookSettings } from '#platform/config';
import { type EventEnvelope, EventPublisher, RefusedForGood } from '../event-publisher.js';
import { Pause } from '../pause.js';
import { guardedLookup, isPublic } from './guarded-lookup.js';
import { type Answer, post } from './post.js';
import { signed } from './signature.js';

const LARGEST_BYTES = 1_048_576;
const CONNECTIONS = 32;
const LONGEST_WAIT_MS = 60_000;
/** Too large; gone for ever. Anything else may be put right on the other side. */
const FOR_GOOD: readonly number[] = [410, 413];

/**
 * One receiver over HTTP, by Standard Webhooks 1.0. Only 2xx takes an event; redirects are not followed; addresses that
 * are not public are called only where `WEBHOOK_NETWORKS` says so.
 */
export class WebhookEventPublisher extends EventPublisher {
  readonly name: string = 'webhook';
  readonly #pause = new Pause();
  readonly #url: URL;
  readonly #agent: http.Agent;
  readonly #isAllowed: (address: string) => boolean;
  #closed = false;

  constructor(
    private readonly settings: WebhookSettings,
    private readonly clock: Clock,
  ) {
    super();
    this.#url = new URL(settings.url);
    const isNamed = isWithin(settings.networks);
    const isPlain = this.#url.protocol === 'http:';
    this.#isAllowed = (address) => isNamed(address) || (!isPlain && isPublic(address));
    const options = { keepAlive: true, maxSockets: CONNECTIONS, lookup: guardedLookup(this.#isAllowed) };
    this.#agent = isPlain ? new http.Agent(options) : new https.Agent(options);
  }

  async publish(event: EventEnvelope): Promise<void> {
    if (this.#closed) throw new Error('closed');
    if (Buffer.byteLength(event.payload) > LARGEST_BYTES) throw new RefusedForGood('too large for a web hook');
    this.#pause.refuse();
    const answer = await this.#post(event).catch((error: NodeJS.ErrnoException) => {
      this.#pause.begin();
      throw new Error(error.code ?? error.message, { cause: error });
    });
    this.#judge(answer);
  }

  /** A receiver is not asked how it is: away is what has just failed. */
  async check(): Promise<void> {
    this.#pause.refuse();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#agent.destroy();
  }

  async #post({ id, payload }: EventEnvelope): Promise<Answer> {
    const address = this.#url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) > 0 && !this.#isAllowed(address)) throw new Error('its address is not public');
    const signature = signed(id, this.clock.now(), payload, this.settings.secrets);
    const headers = { 'content-type': 'application/cloudevents+json', 'user-agent': 'foyer', ...signature };
    return post(this.#url, { agent: this.#agent, headers, body: payload });
  }

  #judge({ status, retryAfterSeconds }: Answer): void {
    if (FOR_GOOD.includes(status)) throw new RefusedForGood(`answered ${status}`);
    if (status < 200 || status >= 300) {
      this.#pause.begin(Math.min(LONGEST_WAIT_MS, retryAfterSeconds * 1_000));
      throw new Error(`answered ${status}`);
    }
    this.#pause.end();
  }
}

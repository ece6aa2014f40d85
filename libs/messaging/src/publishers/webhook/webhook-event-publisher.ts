import http from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Clock } from '#kernel';
import { createNetworkMatcher, type WebhookSettings } from '#platform/config';
import { type EventEnvelope, EventPublisher, PermanentPublishError } from '../event-publisher.js';
import { RetryBackoff } from '../retry-backoff.js';
import { guardedLookup, isPublic } from './guarded-lookup.js';
import { postWebhook, type WebhookResponse } from './post-webhook.js';
import { webhookSignatureHeaders } from './webhook-signature.js';

const MAX_BODY_BYTES = 1_048_576;
const MAX_CONNECTIONS = 32;
const MAX_RETRY_AFTER_MS = 60_000;
/** Too large; gone for ever. Anything else may be put right on the other side. */
const PERMANENT_FAILURE_STATUSES: readonly number[] = [410, 413];

/**
 * One receiver over HTTP, by Standard Webhooks 1.0. Only 2xx takes an event; redirects are not followed; addresses that
 * are not public are called only where `WEBHOOK_NETWORKS` says so.
 */
export class WebhookEventPublisher extends EventPublisher {
  readonly name: string = 'webhook';
  readonly #backoff = new RetryBackoff();
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
    const isAllowedNetwork = createNetworkMatcher(settings.networks);
    const isPlainHttp = this.#url.protocol === 'http:';
    this.#isAllowed = (address) => isAllowedNetwork(address) || (!isPlainHttp && isPublic(address));
    const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, lookup: guardedLookup(this.#isAllowed) };
    this.#agent = isPlainHttp ? new http.Agent(options) : new https.Agent(options);
  }

  async publish(event: EventEnvelope): Promise<void> {
    if (this.#closed) throw new Error('closed');
    if (Buffer.byteLength(event.payload) > MAX_BODY_BYTES) throw new PermanentPublishError('too large for a web hook');
    this.#backoff.throwIfActive();
    const response = await this.#post(event).catch((error: NodeJS.ErrnoException) => {
      this.#backoff.recordFailure();
      throw new Error(error.code ?? error.message, { cause: error });
    });
    this.#handleResponse(response);
  }

  /** A receiver is not asked how it is: away is what has just failed. */
  async check(): Promise<void> {
    this.#backoff.throwIfActive();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#agent.destroy();
  }

  async #post({ id, payload }: EventEnvelope): Promise<WebhookResponse> {
    const address = this.#url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) > 0 && !this.#isAllowed(address)) throw new Error('its address is not public');
    const signature = webhookSignatureHeaders(id, this.clock.now(), payload, this.settings.secrets);
    const headers = { 'content-type': 'application/cloudevents+json', 'user-agent': 'foyer', ...signature };
    return postWebhook(this.#url, { agent: this.#agent, headers, body: payload });
  }

  #handleResponse({ status, retryAfterSeconds }: WebhookResponse): void {
    if (PERMANENT_FAILURE_STATUSES.includes(status)) throw new PermanentPublishError(`answered ${status}`);
    if (status < 200 || status >= 300) {
      this.#backoff.recordFailure(Math.min(MAX_RETRY_AFTER_MS, retryAfterSeconds * 1_000));
      throw new Error(`answered ${status}`);
    }
    this.#backoff.reset();
  }
}

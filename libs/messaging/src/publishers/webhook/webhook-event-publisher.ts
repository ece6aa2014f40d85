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
/** 410 Gone and 413 Content Too Large. The receiver may recover from any other status. */
const PERMANENT_FAILURE_STATUSES: readonly number[] = [410, 413];

/**
 * Sends events to one HTTP receiver by Standard Webhooks 1.0. Only 2xx confirms an event. Redirects are not followed.
 * A non-public address must be in `WEBHOOK_NETWORKS`.
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
    if (Buffer.byteLength(event.payload) > MAX_BODY_BYTES) throw new PermanentPublishError('too large for a webhook');
    this.#backoff.throwIfActive();
    const response = await this.#post(event).catch((error: NodeJS.ErrnoException) => {
      this.#backoff.recordFailure();
      throw new Error(error.code ?? error.message, { cause: error });
    });
    this.#handleResponse(response);
  }

  /** Sends no request: the receiver counts as unavailable while the publisher backs off. */
  async check(): Promise<void> {
    this.#backoff.throwIfActive();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#agent.destroy();
  }

  async #post({ id, payload }: EventEnvelope): Promise<WebhookResponse> {
    const address = this.#url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(address) > 0 && !this.#isAllowed(address))
      throw new Error('the webhook address is not public and not in WEBHOOK_NETWORKS');
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

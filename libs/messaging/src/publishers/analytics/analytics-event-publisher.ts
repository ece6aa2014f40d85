import { WebhookEventPublisher } from '../webhook/webhook-event-publisher.js';

export const ANALYTICS_PUBLISHER = 'analytics';

/**
 * The external analytics system: it gets the few events that are for it, as a web hook does, with a delivery state of its own.
 * Nobody waits for it, and it may be away as long as it likes.
 */
export class AnalyticsEventPublisher extends WebhookEventPublisher {
  override readonly name = ANALYTICS_PUBLISHER;
}

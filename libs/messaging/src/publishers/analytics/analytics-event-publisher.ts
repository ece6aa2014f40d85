import { WebhookEventPublisher } from '../webhook/webhook-event-publisher.js';

export const ANALYTICS_PUBLISHER = 'analytics';

/**
 * Sends the events for analytics to the external analytics system by webhook, with a separate delivery state. An outage of
 * the analytics system delays nothing else.
 */
export class AnalyticsEventPublisher extends WebhookEventPublisher {
  override readonly name = ANALYTICS_PUBLISHER;
}

import type { IntegrationEvent } from '#kernel';
import type { RequestContext } from '#platform';

/** CloudEvents 1.0 in JSON; `sequence` is a whole number per aggregate type and id. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly sequence: number;
  readonly market: string;
  readonly correlationid?: string;
  readonly traceparent?: string;
  readonly data: object;
}

export const toCloudEvent = (
  event: IntegrationEvent,
  id: string,
  time: Date,
  context?: RequestContext,
): CloudEvent => ({
  specversion: '1.0',
  id,
  source: event.source,
  type: event.type,
  subject: event.subject,
  time: time.toISOString(),
  datacontenttype: 'application/json',
  sequence: event.sequence,
  market: event.market,
  ...(context ? { correlationid: context.correlationId } : {}),
  ...(context?.traceparent ? { traceparent: context.traceparent } : {}),
  data: event.data,
});

import type { IntegrationEvent } from '#kernel';
import type { RequestContext } from '#platform/observability';
import type { EventAttributes, PersonalDataPolicy } from '../contracts/event-schema.js';

/** CloudEvents 1.0 in JSON; `sequence` is a whole number per aggregate type and id. */
export interface CloudEvent extends EventAttributes {
  readonly data: object;
}

/** What the envelope needs besides the event. An event without a request context is its own cause. */
export interface CloudEventContext {
  readonly id: string;
  readonly time: Date;
  readonly context: RequestContext | undefined;
  readonly personalData: PersonalDataPolicy;
}

export function toCloudEvent(
  event: IntegrationEvent,
  { id, time, context, personalData }: CloudEventContext,
): CloudEvent {
  const correlationid = context?.correlationId ?? id;
  return {
    specversion: '1.0',
    id,
    source: event.source,
    type: event.type,
    subject: event.subject,
    time: time.toISOString(),
    datacontenttype: 'application/json',
    sequence: event.sequence,
    market: event.market,
    correlationid,
    causationid: context?.causationId ?? correlationid,
    ...(context?.traceparent ? { traceparent: context.traceparent } : {}),
    data: personalData === 'omit' ? (event.sparse ?? event.data) : event.data,
  };
}

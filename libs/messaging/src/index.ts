export { type PersonalDataPolicy, publishedEventSchema } from './contracts/event-schema.js';
export { findBreakingChanges } from './contracts/schema-compatibility.js';
export type { CloudEvent } from './outbox/cloud-event.js';
export { StoredEvents } from './outbox/stored-events.js';
export {
  type EventEnvelope,
  EventPublisher,
  EventPublishers,
  PermanentPublishError,
} from './publishers/event-publisher.js';
export { InMemoryEventPublisher } from './publishers/memory/in-memory-event-publisher.js';
export { OutboxAdmin, type ParkedDelivery } from './relay/outbox-admin.js';
export { OutboxBacklog } from './relay/outbox-backlog.js';
export { OutboxRelays } from './relay/outbox-relays.js';
export { type DeadLetter, type DeadLetterQueueRef, DeadLetters } from './sources/dead-letters.js';
export { openDeadLetters } from './sources/open-dead-letters.js';
export { SubscriberRegistry, subscriberQueueName } from './subscribers/subscriber-registry.js';

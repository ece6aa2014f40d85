export type { CloudEvent } from './outbox/cloud-event.js';
export { type EventEnvelope, EventPublisher, EventPublishers } from './publishers/event-publisher.js';
export { InMemoryEventPublisher } from './publishers/memory/in-memory-event-publisher.js';
export { Relays } from './relay/relays.js';

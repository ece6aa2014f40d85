import { Global, Module } from '@nestjs/common';
import { Clock, EventErasure, Inbox, Outbox } from '#kernel';
import { type EventSourceName, Settings } from '#platform/config';
import { Housekeeping } from '#platform/jobs';
import { Log } from '#platform/observability';
import { InboxCleanupTask } from './inbox/inbox-cleanup-task.js';
import { TypeOrmInbox } from './inbox/typeorm-inbox.js';
import { OutboxCleanupTask } from './outbox/outbox-cleanup-task.js';
import { OutboxSignal } from './outbox/outbox-signal.js';
import { PostgresOutboxNotifier } from './outbox/postgres-outbox-notifier.js';
import { StoredEvents } from './outbox/stored-events.js';
import { TypeOrmEventErasure } from './outbox/typeorm-event-erasure.js';
import { TypeOrmOutbox } from './outbox/typeorm-outbox.js';
import { createEventPublishers, requireSetting } from './publishers/create-event-publishers.js';
import { EventPublishers } from './publishers/event-publisher.js';
import { InMemoryEventPublisher } from './publishers/memory/in-memory-event-publisher.js';
import { OutboxAdmin } from './relay/outbox-admin.js';
import { OutboxBacklog } from './relay/outbox-backlog.js';
import { OutboxDeliveries } from './relay/outbox-deliveries.js';
import { OutboxRelays } from './relay/outbox-relays.js';
import { type EventSource, EventSources } from './sources/event-source.js';
import { KafkaEventSource } from './sources/kafka/kafka-event-source.js';
import { InMemoryEventSource } from './sources/memory/in-memory-event-source.js';
import { RabbitMqEventSource } from './sources/rabbitmq/rabbitmq-event-source.js';
import { ServiceBusEventSource } from './sources/servicebus/service-bus-event-source.js';
import { SubscriberRegistry } from './subscribers/subscriber-registry.js';

export { EventDocsModule } from './contracts/event-docs.module.js';
export { inboxTables } from './inbox/tables.js';
export { outboxTables } from './outbox/tables.js';

function createEventSources(settings: Settings, log: Log, memory: InMemoryEventPublisher): EventSources {
  const factories: Record<EventSourceName, () => EventSource> = {
    memory: () => new InMemoryEventSource(memory),
    rabbitmq: () => new RabbitMqEventSource(settings.rabbitmqUrl ?? '', log),
    kafka: () => new KafkaEventSource(requireSetting(settings.kafka), log),
    servicebus: () => new ServiceBusEventSource(settings.servicebusUrl ?? '', log),
  };
  return { all: settings.eventSources.map((name) => factories[name]()) };
}

/** Wires the outbox, the inbox, the event publishers and the event sources. Global, so every module can publish and subscribe. */
@Global()
@Module({
  providers: [
    InMemoryEventPublisher,
    StoredEvents,
    OutboxSignal,
    PostgresOutboxNotifier,
    OutboxDeliveries,
    OutboxBacklog,
    OutboxAdmin,
    OutboxRelays,
    OutboxCleanupTask,
    {
      provide: EventPublishers,
      inject: [Settings, Log, Clock, InMemoryEventPublisher],
      useFactory: createEventPublishers,
    },
    { provide: Outbox, useClass: TypeOrmOutbox },
    { provide: EventErasure, useClass: TypeOrmEventErasure },
    TypeOrmInbox,
    InboxCleanupTask,
    SubscriberRegistry,
    { provide: Inbox, useExisting: TypeOrmInbox },
    { provide: EventSources, inject: [Settings, Log, InMemoryEventPublisher], useFactory: createEventSources },
  ],
  exports: [
    EventErasure,
    StoredEvents,
    Inbox,
    Outbox,
    OutboxRelays,
    SubscriberRegistry,
    OutboxBacklog,
    OutboxAdmin,
    InMemoryEventPublisher,
  ],
})
export class MessagingModule {
  constructor(
    housekeeping: Housekeeping,
    outbox: OutboxCleanupTask,
    inbox: InboxCleanupTask,
    notifier: PostgresOutboxNotifier,
    settings: Settings,
  ) {
    housekeeping.registerTask(outbox);
    housekeeping.registerTask(inbox);
    if (settings.run === 'api') notifier.startNotifying();
  }
}

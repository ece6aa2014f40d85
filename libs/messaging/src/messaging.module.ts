import { Global, Module } from '@nestjs/common';
import { Clock, EventErasure, Inbox, Outbox } from '#kernel';
import { Settings, type SourceName } from '#platform/config';
import { Housekeeping } from '#platform/jobs';
import { Log } from '#platform/observability';
import { InboxPurge } from './inbox/inbox-purge.js';
import { TypeOrmInbox } from './inbox/typeorm-inbox.js';
import { KeptEvents } from './outbox/kept-events.js';
import { OutboxPurge } from './outbox/outbox-purge.js';
import { OutboxSignal } from './outbox/outbox-signal.js';
import { PostgresHints } from './outbox/postgres-hints.js';
import { TypeOrmEventErasure } from './outbox/typeorm-event-erasure.js';
import { TypeOrmOutbox } from './outbox/typeorm-outbox.js';
import { configuredPublishers, needed } from './publishers/configured-publishers.js';
import { EventPublishers } from './publishers/event-publisher.js';
import { InMemoryEventPublisher } from './publishers/memory/in-memory-event-publisher.js';
import { Backlog } from './relay/backlog.js';
import { Deliveries } from './relay/deliveries.js';
import { OutboxDesk } from './relay/outbox-desk.js';
import { Relays } from './relay/relays.js';
import { type EventSource, EventSources } from './sources/event-source.js';
import { KafkaEventSource } from './sources/kafka/kafka-event-source.js';
import { InMemoryEventSource } from './sources/memory/in-memory-event-source.js';
import { RabbitMqEventSource } from './sources/rabbitmq/rabbitmq-event-source.js';
import { ServiceBusEventSource } from './sources/servicebus/service-bus-event-source.js';
import { Subscribers } from './subscribers/subscribers.js';

export { EventDocsModule } from './contracts/event-docs.module.js';
export { inboxTables } from './inbox/tables.js';
export { messagingTables } from './outbox/tables.js';

function listened(settings: Settings, log: Log, memory: InMemoryEventPublisher): EventSources {
  const make: Record<SourceName, () => EventSource> = {
    memory: () => new InMemoryEventSource(memory),
    rabbitmq: () => new RabbitMqEventSource(settings.rabbitmqUrl ?? '', log),
    kafka: () => new KafkaEventSource(needed(settings.kafka), log),
    servicebus: () => new ServiceBusEventSource(settings.servicebusUrl ?? '', log),
  };
  return { all: settings.eventSources.map((name) => make[name]()) };
}

/** Every module may announce and listen; how it reaches the rest of the business is settled here. */
@Global()
@Module({
  providers: [
    InMemoryEventPublisher,
    KeptEvents,
    OutboxSignal,
    PostgresHints,
    Deliveries,
    Backlog,
    OutboxDesk,
    Relays,
    OutboxPurge,
    {
      provide: EventPublishers,
      inject: [Settings, Log, Clock, InMemoryEventPublisher],
      useFactory: configuredPublishers,
    },
    { provide: Outbox, useClass: TypeOrmOutbox },
    { provide: EventErasure, useClass: TypeOrmEventErasure },
    TypeOrmInbox,
    InboxPurge,
    Subscribers,
    { provide: Inbox, useExisting: TypeOrmInbox },
    { provide: EventSources, inject: [Settings, Log, InMemoryEventPublisher], useFactory: listened },
  ],
  exports: [EventErasure, KeptEvents, Inbox, Outbox, Relays, Subscribers, Backlog, OutboxDesk, InMemoryEventPublisher],
})
export class MessagingModule {
  constructor(
    housekeeping: Housekeeping,
    outbox: OutboxPurge,
    inbox: InboxPurge,
    hints: PostgresHints,
    settings: Settings,
  ) {
    housekeeping.add(outbox);
    housekeeping.add(inbox);
    if (settings.run === 'api') hints.tell();
  }
}

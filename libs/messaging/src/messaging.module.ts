import { Global, Module } from '@nestjs/common';
import { Outbox } from '#kernel';
import { Housekeeping, Log, type PublisherName, Settings } from '#platform';
import { OutboxPurge } from './outbox/outbox-purge.js';
import { OutboxSignal } from './outbox/outbox-signal.js';
import { TypeOrmOutbox } from './outbox/typeorm-outbox.js';
import { type EventPublisher, EventPublishers } from './publishers/event-publisher.js';
import { InMemoryEventPublisher } from './publishers/memory/in-memory-event-publisher.js';
import { RabbitMqEventPublisher } from './publishers/rabbitmq/rabbitmq-event-publisher.js';
import { Deliveries } from './relay/deliveries.js';
import { Relays } from './relay/relays.js';

export { messagingTables } from './outbox/tables.js';

function configured(settings: Settings, log: Log, memory: InMemoryEventPublisher): EventPublishers {
  const make: Record<PublisherName, () => EventPublisher> = {
    memory: () => memory,
    rabbitmq: () => new RabbitMqEventPublisher(settings.rabbitmqUrl ?? '', log),
  };
  return { all: settings.eventPublishers.map((name) => make[name]()) };
}

/** Every module may announce; how it reaches the rest of the business is settled here. */
@Global()
@Module({
  providers: [
    InMemoryEventPublisher,
    OutboxSignal,
    Deliveries,
    Relays,
    OutboxPurge,
    { provide: EventPublishers, inject: [Settings, Log, InMemoryEventPublisher], useFactory: configured },
    { provide: Outbox, useClass: TypeOrmOutbox },
  ],
  exports: [Outbox, Relays, InMemoryEventPublisher],
})
export class MessagingModule {
  constructor(housekeeping: Housekeeping, outbox: OutboxPurge) {
    housekeeping.add(outbox);
  }
}

import { Injectable } from '@nestjs/common';
import { AlreadyAnnounced, Clock, Ids, type IntegrationEvent, Outbox } from '#kernel';
import { currentContext, Database, DuplicateKey, Settings } from '#platform';
import { ANALYTICS } from '../publishers/analytics/analytics-event-publisher.js';
import { toCloudEvent } from './cloud-event.js';
import { OutboxSignal } from './outbox-signal.js';

const EVENT = `insert into outbox (event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at)
  values (?, ?, ?, ?, ?, ?, ?)`;
const DELIVERY = `insert into outbox_deliveries (publisher, event_id, aggregate_type, aggregate_id, sequence)
  values (?, ?, ?, ?, ?)`;

/** Writes the event, and one delivery for each publisher that is to take it, into the transaction of the fact. */
@Injectable()
export class TypeOrmOutbox extends Outbox {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly signal: OutboxSignal,
  ) {
    super();
  }

  async append(event: IntegrationEvent): Promise<void> {
    if (!this.database.inTransaction) throw new Error(`${event.type} was announced outside of a unit of work`);
    const { aggregateType, subject, sequence, type } = event;
    const [id, now] = [event.id ?? this.ids.next(), this.clock.now()];
    const telling = { id, time: now, context: currentContext(), personalData: this.settings.eventPersonalData };
    const payload = JSON.stringify(toCloudEvent(event, telling));
    const told = { sql: EVENT, values: [id, aggregateType, subject, sequence, type, payload, now] };
    const [first, ...others] = this.#publishersOf(event);
    const delivery = { publisher: first, event_id: id, aggregate_type: aggregateType, aggregate_id: subject, sequence };
    await this.database.executeAndTell(told, 'outbox_deliveries', delivery).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new AlreadyAnnounced() : error;
    });
    for (const publisher of others)
      await this.database.execute(DELIVERY, [publisher, id, aggregateType, subject, sequence]);
    this.database.afterCommit(() => this.signal.ring());
  }

  #publishersOf({ forAnalytics }: IntegrationEvent): readonly string[] {
    const { eventPublishers, analytics } = this.settings;
    return analytics && forAnalytics ? [...eventPublishers, ANALYTICS] : eventPublishers;
  }
}

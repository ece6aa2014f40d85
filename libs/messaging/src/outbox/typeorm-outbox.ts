import { Injectable } from '@nestjs/common';
import { AlreadyPublished, Clock, Ids, type IntegrationEvent, Outbox } from '#kernel';
import { Settings } from '#platform/config';
import { Database, DuplicateKey } from '#platform/database';
import { currentContext } from '#platform/observability';
import { ANALYTICS_PUBLISHER } from '../publishers/analytics/analytics-event-publisher.js';
import { bulkPublisherKey } from './bulk-publisher-key.js';
import { toCloudEvent } from './cloud-event.js';
import { OutboxSignal } from './outbox-signal.js';

const INSERT_EVENT = `insert into outbox (event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at)
  values (?, ?, ?, ?, ?, ?, ?)`;
const INSERT_DELIVERY = `insert into outbox_deliveries (publisher, event_id, aggregate_type, aggregate_id, sequence)
  values (?, ?, ?, ?, ?)`;

/** Writes the event and one delivery per publisher in the current transaction. */
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
    this.#requireTransaction(event);
    const row = this.#toRow(event);
    const { event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at } = row;
    const values = [event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at];
    const [first, ...others] = this.#publishersOf(event);
    const eventInsert = { sql: INSERT_EVENT, values };
    const delivery = toDeliveryRow(row, first ?? '');
    await this.database.executeAndInsert(eventInsert, 'outbox_deliveries', delivery).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new AlreadyPublished() : error;
    });
    for (const publisher of others)
      await this.database.execute(INSERT_DELIVERY, Object.values(toDeliveryRow(row, publisher)));
    this.database.afterCommit(() => this.signal.notify());
  }

  async appendInBulk(events: readonly IntegrationEvent[]): Promise<void> {
    for (const event of events) this.#requireTransaction(event);
    const rows = events.map((event) => this.#toRow(event));
    await this.database.insertRows('outbox', rows).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new AlreadyPublished() : error;
    });
    const deliveries = events.flatMap((event, index) =>
      this.#publishersOf(event).map((publisher) =>
        toDeliveryRow(rows[index] as OutboxRow, bulkPublisherKey(publisher)),
      ),
    );
    await this.database.insertRows('outbox_deliveries', deliveries);
    this.database.afterCommit(() => this.signal.notify());
  }

  #requireTransaction({ type }: IntegrationEvent): void {
    if (!this.database.inTransaction) throw new Error(`${type} was published outside of a transaction`);
  }

  #toRow(event: IntegrationEvent): OutboxRow {
    const [id, now] = [event.id ?? this.ids.next(), this.clock.now()];
    const cloudEventContext = {
      id,
      time: now,
      context: currentContext(),
      personalData: this.settings.eventPersonalData,
    };
    const payload = JSON.stringify(toCloudEvent(event, cloudEventContext));
    return {
      event_id: id,
      aggregate_type: event.aggregateType,
      aggregate_id: event.subject,
      sequence: event.sequence,
      type: event.type,
      payload,
      occurred_at: now,
    };
  }

  #publishersOf({ forAnalytics }: IntegrationEvent): readonly string[] {
    const { eventPublishers, analytics } = this.settings;
    return analytics && forAnalytics ? [...eventPublishers, ANALYTICS_PUBLISHER] : eventPublishers;
  }
}

type OutboxRow = Readonly<Record<'event_id' | 'aggregate_type' | 'aggregate_id' | 'type' | 'payload', string>> & {
  readonly sequence: number;
  readonly occurred_at: Date;
};

const toDeliveryRow = (row: OutboxRow, publisher: string) => ({
  publisher,
  event_id: row.event_id,
  aggregate_type: row.aggregate_type,
  aggregate_id: row.aggregate_id,
  sequence: row.sequence,
});

import { Injectable } from '@nestjs/common';
import { AlreadyAnnounced, Clock, Ids, type IntegrationEvent, Outbox } from '#kernel';
import { Settings } from '#platform/config';
import { Database, DuplicateKey } from '#platform/database';
import { currentContext } from '#platform/observability';
import { ANALYTICS } from '../publishers/analytics/analytics-event-publisher.js';
import { bulkLaneOf } from './bulk-lane.js';
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
    this.#refuseOutside(event);
    const row = this.#rowOf(event);
    const { event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at } = row;
    const values = [event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at];
    const [first, ...others] = this.#publishersOf(event);
    const told = { sql: EVENT, values };
    const delivery = deliveryOf(row, first ?? '');
    await this.database.executeAndTell(told, 'outbox_deliveries', delivery).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new AlreadyAnnounced() : error;
    });
    for (const publisher of others) await this.database.execute(DELIVERY, Object.values(deliveryOf(row, publisher)));
    this.database.afterCommit(() => this.signal.ring());
  }

  async appendInBulk(events: readonly IntegrationEvent[]): Promise<void> {
    for (const event of events) this.#refuseOutside(event);
    const rows = events.map((event) => this.#rowOf(event));
    await this.database.insertRows('outbox', rows).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new AlreadyAnnounced() : error;
    });
    const deliveries = events.flatMap((event, n) =>
      this.#publishersOf(event).map((publisher) => deliveryOf(rows[n] as OutboxRow, bulkLaneOf(publisher))),
    );
    await this.database.insertRows('outbox_deliveries', deliveries);
    this.database.afterCommit(() => this.signal.ring());
  }

  #refuseOutside({ type }: IntegrationEvent): void {
    if (!this.database.inTransaction) throw new Error(`${type} was announced outside of a unit of work`);
  }

  #rowOf(event: IntegrationEvent): OutboxRow {
    const [id, now] = [event.id ?? this.ids.next(), this.clock.now()];
    const telling = { id, time: now, context: currentContext(), personalData: this.settings.eventPersonalData };
    const payload = JSON.stringify(toCloudEvent(event, telling));
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
    return analytics && forAnalytics ? [...eventPublishers, ANALYTICS] : eventPublishers;
  }
}

type OutboxRow = Readonly<Record<'event_id' | 'aggregate_type' | 'aggregate_id' | 'type' | 'payload', string>> & {
  readonly sequence: number;
  readonly occurred_at: Date;
};

const deliveryOf = (row: OutboxRow, publisher: string) => ({
  publisher,
  event_id: row.event_id,
  aggregate_type: row.aggregate_type,
  aggregate_id: row.aggregate_id,
  sequence: row.sequence,
});

import { randomUUID } from 'node:crypto';
import { Ids } from '#kernel';
import { FixedClock } from '#kernel/testing';
import type { Settings } from '#platform/config';
import type { Database } from '#platform/database';
import { type FreshDatabase, openDatabase } from '#platform/database/testing';
import { OutboxSignal } from '../outbox/outbox-signal.js';
import { outboxTables } from '../outbox/tables.js';
import { TypeOrmOutbox } from '../outbox/typeorm-outbox.js';
import { OutboxDeliveries } from '../relay/outbox-deliveries.js';

class RandomIds extends Ids {
  override next(): string {
    return randomUUID();
  }

  override opaque(): string {
    return randomUUID();
  }
}

/** The outbox of a fresh database, as several replicas see it. */
export interface OutboxDatabase {
  readonly database: Database;
  /** Each has its own connection pool. */
  readonly replicas: readonly [OutboxDeliveries, ...OutboxDeliveries[]];
  readonly outbox: TypeOrmOutbox;
  readonly signal: OutboxSignal;
  /** Number of pending deliveries of all publishers. */
  countDeliveries(): Promise<number>;
  /** Empties the outbox. */
  deleteAll(): Promise<void>;
  drop(): Promise<void>;
}

export async function openOutboxDatabase(
  fresh: () => Promise<FreshDatabase>,
  eventPublishers: readonly string[],
  count = 1,
): Promise<OutboxDatabase> {
  const { database, replicas, drop } = await openDatabase(fresh, [outboxTables], count);
  const [, ...others] = replicas;
  const [ids, signal] = [new RandomIds(), new OutboxSignal()];
  return {
    database,
    replicas: [new OutboxDeliveries(database, ids), ...others.map((other) => new OutboxDeliveries(other, ids))],
    outbox: new TypeOrmOutbox(database, { eventPublishers } as Settings, new FixedClock(), ids, signal),
    signal,
    async countDeliveries() {
      const [row] = await database.query<{ n: string | number }>('select count(*) as n from outbox_deliveries');
      return Number(row?.n);
    },
    async deleteAll() {
      for (const table of ['outbox_deliveries', 'outbox']) await database.execute(`delete from ${table}`);
    },
    drop,
  };
}

/** Ends all leases. */
export async function expireLeases({ database }: OutboxDatabase): Promise<void> {
  await database.execute('update outbox_deliveries set lease_until = 1 where lease_until > 0');
}

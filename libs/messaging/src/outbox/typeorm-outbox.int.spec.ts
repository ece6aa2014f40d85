import { DATABASES } from '#platform/database/testing';
import { openOutboxDatabase } from '../testing/outbox-database.js';
import type { CloudEvent } from './cloud-event.js';
import { outboxContract } from './outbox.contract.js';

for (const [name, fresh] of DATABASES)
  outboxContract(`TypeOrmOutbox on ${name}`, async () => {
    const { database, outbox, signal, drop } = await openOutboxDatabase(fresh, ['one', 'two']);
    return {
      outbox,
      inTransaction: (work) => database.runInTransaction(work),
      async storedEvents(subject) {
        const sql = 'select payload as payload from outbox where aggregate_id = ? order by id';
        const rows = await database.query<{ payload: string }>(sql, [subject]);
        return rows.map(({ payload }) => JSON.parse(payload) as CloudEvent);
      },
      async pendingPublishers(id) {
        const sql = 'select publisher as publisher from outbox_deliveries where event_id = ? order by publisher';
        const rows = await database.query<{ publisher: string }>(sql, [id]);
        return rows.map(({ publisher }) => publisher);
      },
      onSignal: (wake) => signal.subscribe(wake),
      drop,
    };
  });

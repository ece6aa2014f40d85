import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createDataSource, Database } from '#platform/database';
import { createRecordingLog } from '#platform/observability/testing';
import {
  type FreshDatabase,
  freshMariaDatabase,
  freshPostgresDatabase,
} from '../../../../test/support/fresh-databases.js';
import { OutboxSignal } from './outbox-signal.js';
import { PostgresOutboxNotifier } from './postgres-outbox-notifier.js';

let fresh: FreshDatabase;
let database: Database;
const cleanups: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  fresh = await freshPostgresDatabase();
  database = new Database(await createDataSource(fresh.url, []).initialize());
});
afterEach(async () => {
  for (const end of cleanups.splice(0)) await end();
});
afterAll(async () => {
  await database.source.destroy();
  await fresh.drop();
});

function startProcess(of: Database) {
  const [signal, written] = [new OutboxSignal(), createRecordingLog()];
  const notifier = new PostgresOutboxNotifier(of, signal, written.log);
  let notifications = 0;
  signal.subscribe(() => notifications++);
  cleanups.push(() => notifier.onApplicationShutdown());
  return { hints: notifier, signal, written, rung: () => notifications };
}

const countListeners = async (): Promise<number> => {
  const sql = `select count(*) as n from pg_stat_activity where application_name = 'foyer listener' and datname = current_database()`;
  const [row] = await database.query<{ n: string }>(sql);
  return Number(row?.n);
};

it('wakes the relays of another process after a commit, and once or twice after a hundred concurrent commits', async () => {
  const [api, worker] = [startProcess(database), startProcess(database)];
  api.hints.startNotifying();
  await worker.hints.startListening();
  const before = worker.rung();
  const start = performance.now();
  for (let n = 0; n < 100; n++) api.signal.notify();
  await expect.poll(worker.rung, { interval: 5, timeout: 900 }).toBeGreaterThan(before);
  expect(performance.now() - start).toBeLessThan(900);
  await sleep(200);
  expect(worker.rung() - before).toBeLessThanOrEqual(2);
});

it('reconnects after a lost connection and wakes the relays for missed notifications', async () => {
  const worker = startProcess(database);
  await worker.hints.startListening();
  const before = worker.rung();
  await database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'foyer listener' and datname = current_database()`,
  );
  await expect.poll(worker.rung, { timeout: 8_000 }).toBe(before + 1);
  expect(worker.written.lines[0]).toMatchObject({ level: 40, pause: expect.any(Number) });
  await database.query(`select pg_notify('foyer_outbox', '')`);
  await expect.poll(worker.rung, { timeout: 2_000 }).toBe(before + 2);
});

it('closes the connection on shutdown and does not reconnect', async () => {
  const worker = startProcess(database);
  await worker.hints.startListening();
  expect(await countListeners()).toBe(1);
  await worker.hints.onApplicationShutdown();
  await expect.poll(countListeners, { timeout: 2_000 }).toBe(0);
  await sleep(500);
  expect([await countListeners(), worker.written.lines]).toEqual([0, []]);
});

it('does nothing on a database without NOTIFY', async () => {
  const other = await freshMariaDatabase();
  const source = await createDataSource(other.url, []).initialize();
  const maria = startProcess(new Database(source));
  maria.hints.startNotifying();
  await maria.hints.startListening();
  maria.signal.notify();
  await sleep(50);
  expect(maria.written.lines).toEqual([]);
  await source.destroy();
  await other.drop();
});

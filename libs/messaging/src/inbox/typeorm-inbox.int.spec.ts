import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type IncomingEvent, TransactionConflict } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { Database } from '#platform/database';
import { DATABASES } from '#platform/database/testing';
import { buildIncomingEvent } from '../testing/build-incoming-event.js';
import { openInboxDatabase } from '../testing/inbox-database.js';
import { InboxCleanupTask } from './inbox-cleanup-task.js';
import { TypeOrmInbox } from './typeorm-inbox.js';

const REPLICAS = 4;
const DAY_MS = 24 * 3_600_000;

describe.each(DATABASES)('TypeOrmInbox on %s', (_, fresh) => {
  let under: Awaited<ReturnType<typeof openInboxDatabase>>;
  let database: Database;
  let inboxes: TypeOrmInbox[];
  let clock: FixedClock;

  beforeAll(async () => {
    under = await openInboxDatabase(fresh, REPLICAS);
  });
  beforeEach(async () => {
    [database] = under.replicas as [Database];
    clock = new FixedClock();
    inboxes = under.replicas.map((database) => new TypeOrmInbox(database, clock));
    for (const table of ['inbox', 'inbox_positions', 'effects']) await database.execute(`delete from ${table}`);
  });
  afterAll(() => under.drop());

  /** Runs a handler, retries a conflict like a transaction does, and returns the outcome. */
  async function handle(event: IncomingEvent, at = 0, effect: () => unknown = () => undefined): Promise<string> {
    const [on, inbox] = [under.replicas[at], inboxes[at]] as [Database, TypeOrmInbox];
    try {
      await on.runInTransaction(async () => {
        await inbox.recordHandled(event);
        await on.execute('insert into effects (name) values (?)', [`${event.sequence}`]);
        await effect();
      });
      return 'handled';
    } catch (error) {
      if (error instanceof TransactionConflict) return handle(event, at, effect);
      return (error as Error).constructor.name;
    }
  }
  const effects = async () =>
    (await database.query<{ name: string }>('select name as name from effects')).map(({ name }) => name).sort();

  it('applies an event once [FM-M1]', async () => {
    const event = buildIncomingEvent();
    expect([await handle(event), await handle(event), await handle({ ...event })]).toEqual([
      'handled',
      'AlreadyHandled',
      'AlreadyHandled',
    ]);
    expect(await effects()).toEqual(['1']);
  });

  it('applies an event once when it arrives 50 times concurrently on four replicas [RC-08]', async () => {
    const event = buildIncomingEvent();
    const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => handle(event, n % REPLICAS)));
    expect(outcomes.filter((outcome) => outcome === 'handled')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'AlreadyHandled')).toHaveLength(49);
    expect(await effects()).toEqual(['1']);
  });

  it('applies the second delivery when the first one fails [RC-08]', async () => {
    const event = buildIncomingEvent();
    let begun: () => void = () => undefined;
    const inside = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const first = handle(event, 0, async () => {
      begun();
      await new Promise((resolve) => setTimeout(resolve, 300));
      throw new RangeError('it fails');
    });
    await inside;
    const second = handle(event, 1);
    expect([await first, await second]).toEqual(['RangeError', 'handled']);
    expect(await effects()).toEqual(['1']);
  });

  it('does not record an event whose transaction is rolled back', async () => {
    const event = buildIncomingEvent();
    const fails = () => Promise.reject(new RangeError('it fails'));
    expect(await handle(event, 0, fails)).toBe('RangeError');
    expect(inboxes[0]?.hasCommitted(event)).toBe(false);
    expect(await handle(event)).toBe('handled');
    expect(inboxes[0]?.hasCommitted(event)).toBe(true);
  });

  it('distinguishes events by consumer, source and id, even if their concatenations are equal', async () => {
    const event = buildIncomingEvent({ source: '/a', id: 'b' });
    const others = [{ consumer: 'test.other' }, { source: '/a ', id: 'b' }, { source: '/', id: 'ab' }, { id: 'B' }];
    for (const other of [{}, ...others]) expect(await handle({ ...event, ...other })).toBe('handled');
    expect(await handle({ ...event, id: '漢字 🔑'.repeat(20) })).toBe('handled');
  });

  it('rejects recording outside of a transaction', async () => {
    await expect(inboxes[0]?.recordHandled(buildIncomingEvent())).rejects.toThrow('outside of a transaction');
  });

  it('reports an older event as stale and an early event as a sequence gap when ordered [FM-M2]', async () => {
    const subject = randomUUID();
    const at = (sequence: number) => buildIncomingEvent({ ordered: true, subject, sequence });
    expect(await handle(at(2))).toBe('SequenceGapError');
    expect(await handle(at(1))).toBe('handled');
    const second = at(2);
    expect([await handle(second), await handle(second), await handle(at(1)), await handle(at(4))]).toEqual([
      'handled',
      'AlreadyHandled',
      'StaleEventError',
      'SequenceGapError',
    ]);
    expect(await handle(at(3))).toBe('handled');
    expect(await effects()).toEqual(['1', '2', '3']);
  });

  it('applies each sequence once on four concurrent replicas when ordered [FM-M2]', async () => {
    const subject = randomUUID();
    const outcomes: string[] = [];
    for (const sequence of [1, 2, 3]) {
      const tries = Array.from({ length: 8 }, (_, n) =>
        handle(buildIncomingEvent({ ordered: true, subject, sequence }), n % REPLICAS),
      );
      outcomes.push(...(await Promise.all(tries)));
    }
    expect(outcomes.filter((outcome) => outcome === 'handled')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'StaleEventError')).toHaveLength(21);
    expect(await effects()).toEqual(['1', '2', '3']);
  });

  it('deletes rows after 14 days, not before', async () => {
    const [old, young] = [buildIncomingEvent(), buildIncomingEvent()];
    await handle(old);
    clock.advance(2 * 60_000);
    await handle(young);
    clock.advance(14 * DAY_MS - 60_000);
    expect(await new InboxCleanupTask(database, clock).run()).toBe(1);
    expect([await handle(old), await handle(young)]).toEqual(['handled', 'AlreadyHandled']);
  });
});

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlreadyPublished, type Outbox } from '#kernel';
import { runInContext } from '#platform/observability';
import { OtherAggregateHappenedV1, TestHappenedV1 } from '../testing/test-events.js';
import type { CloudEvent } from './cloud-event.js';

/** An outbox with two publishers, `one` and `two`. */
export interface OutboxUnderTest {
  readonly outbox: Outbox;
  inTransaction<T>(work: () => Promise<T>): Promise<T>;
  /** The events of this subject, in order. */
  storedEvents(subject: string): Promise<readonly CloudEvent[]>;
  /** The publishers with a pending delivery of this event. */
  pendingPublishers(id: string): Promise<readonly string[]>;
  onSignal(wake: () => void): void;
  drop(): Promise<void>;
}

/** The contract of every `Outbox`. */
export function outboxContract(name: string, open: () => Promise<OutboxUnderTest>): void {
  describe(`${name} (Outbox contract)`, () => {
    let under: OutboxUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());

    const append = (...events: TestHappenedV1[]) =>
      under.inTransaction(async () => {
        for (const event of events) await under.outbox.append(event);
      });

    it('stores a committed event with one delivery per publisher', async () => {
      const subject = randomUUID();
      await append(new TestHappenedV1(subject, 1), new TestHappenedV1(subject, 2));
      const events = await under.storedEvents(subject);
      expect(events.map(({ sequence }) => sequence)).toEqual([1, 2]);
      for (const { id } of events) expect(await under.pendingPublishers(id)).toEqual(['one', 'two']);
    });

    it('stores nothing when the transaction is rolled back', async () => {
      const [subject, id] = [randomUUID(), randomUUID()];
      const failing = under.inTransaction(async () => {
        await under.outbox.append(new TestHappenedV1(subject, 1, { id }));
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect([await under.storedEvents(subject), await under.pendingPublishers(id)]).toEqual([[], []]);
      await append(new TestHappenedV1(subject, 1, { id }));
      expect(await under.storedEvents(subject)).toHaveLength(1);
    });

    it('rejects an event outside of a transaction', async () => {
      await expect(under.outbox.append(new TestHappenedV1(randomUUID(), 1))).rejects.toThrow(
        /unit of work|transaction/,
      );
    });

    it('writes CloudEvents with the context of the request', async () => {
      const [subject, id] = [randomUUID(), randomUUID()];
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      await runInContext({ correlationId: 'of-this-request', traceparent }, () =>
        append(new TestHappenedV1(subject, 7, { id, data: { n: 1 } })),
      );
      expect(await under.storedEvents(subject)).toEqual([
        {
          specversion: '1.0',
          id,
          source: '/foyer/test',
          type: 'test.happened.v1',
          subject,
          time: '2026-03-01T12:00:00.000Z',
          datacontenttype: 'application/json',
          sequence: 7,
          market: 'US',
          correlationid: 'of-this-request',
          causationid: 'of-this-request',
          traceparent,
          data: { n: 1 },
        },
      ]);
    });

    it.each([
      ['every script', { text: 'é ß 漢字 🔑 \u0000 \u2028 "\\?$1 @0' }],
      ['100 kB', { text: '🔑'.repeat(25_000) }],
    ])('stores data with %s unchanged', async (_, data) => {
      const subject = randomUUID();
      await append(new TestHappenedV1(subject, 1, { data }));
      expect((await under.storedEvents(subject))[0]?.data).toEqual(data);
    });

    it('generates an id for an event without one', async () => {
      const subject = randomUUID();
      await append(new TestHappenedV1(subject, 1), new TestHappenedV1(subject, 2));
      const ids = (await under.storedEvents(subject)).map(({ id }) => id);
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('throws AlreadyPublished and rolls back the transaction when an id is used twice', async () => {
      const [subject, other, id] = [randomUUID(), randomUUID(), randomUUID()];
      await append(new TestHappenedV1(subject, 1, { id }));
      const again = append(new TestHappenedV1(other, 1), new TestHappenedV1(subject, 2, { id }));
      await expect(again).rejects.toBeInstanceOf(AlreadyPublished);
      expect([await under.storedEvents(subject), await under.storedEvents(other)].map(({ length }) => length)).toEqual([
        1, 0,
      ]);
    });

    it('commits one of twenty concurrent transactions that publish the same event [INV-11]', async () => {
      const [subject, id] = [randomUUID(), randomUUID()];
      const units = Array.from({ length: 20 }, () => append(new TestHappenedV1(subject, 1, { id })));
      const outcomes = await Promise.allSettled(units);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused.every(({ reason }) => reason instanceof AlreadyPublished)).toBe(true);
      expect(await under.storedEvents(subject)).toHaveLength(1);
    });

    it('stores a bulk of events in one transaction with one bulk delivery per event and publisher', async () => {
      const subjects = Array.from({ length: 700 }, () => randomUUID());
      const events = subjects.map((subject, n) => new TestHappenedV1(subject, 1, { data: { n } }));
      const failing = under.inTransaction(async () => {
        await under.outbox.appendInBulk(events);
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await under.storedEvents(subjects[699] ?? '')).toEqual([]);
      await under.inTransaction(() => under.outbox.appendInBulk(events));
      for (const n of [0, 350, 699]) {
        const [event] = await under.storedEvents(subjects[n] ?? '');
        expect(event?.data).toEqual({ n });
        expect(await under.pendingPublishers(event?.id ?? '')).toEqual(['one:bulk', 'two:bulk']);
      }
      await expect(under.outbox.appendInBulk(events)).rejects.toThrow(/unit of work|transaction/);
    });

    it('keeps separate sequences for aggregates of two types with the same id', async () => {
      const subject = randomUUID();
      await append(new TestHappenedV1(subject, 1), new OtherAggregateHappenedV1(subject, 1));
      expect(await under.storedEvents(subject)).toHaveLength(2);
    });

    it('notifies the signal after the commit, and not after a rollback', async () => {
      let notifications = 0;
      under.onSignal(() => notifications++);
      await under.inTransaction(async () => {
        await under.outbox.append(new TestHappenedV1(randomUUID(), 1));
        expect(notifications).toBe(0);
      });
      expect(notifications).toBe(1);
      await under
        .inTransaction(async () => {
          await under.outbox.append(new TestHappenedV1(randomUUID(), 1));
          throw new Error('no');
        })
        .catch(() => undefined);
      expect(notifications).toBe(1);
    });
  });
}

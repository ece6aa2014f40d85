import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventEnvelope, type EventPublisher, PermanentPublishError } from './event-publisher.js';

export interface EventPublisherUnderTest {
  readonly publisher: EventPublisher;
  /** What the other side has received so far. */
  received(): readonly { readonly id: string; readonly type: string; readonly payload: string }[];
  /** What there is of an event that was published twice, where that is not two. */
  readonly copiesAfterRepublish?: 1;
  /** The size of an event that the other side never takes, if there is one. */
  readonly oversizedBytes?: number;
  drop(): Promise<void>;
}

export function buildEnvelope(overrides: Partial<EventEnvelope> & { readonly data?: object } = {}): EventEnvelope {
  const { data = {}, ...attributes } = overrides;
  const event = { id: randomUUID(), type: 'test.happened.v1', subject: randomUUID(), sequence: 1, ...attributes };
  return { aggregateType: 'test', payload: JSON.stringify({ ...event, data }), ...event };
}

/** What every `EventPublisher` must do: Watermill's list, as far as a publisher has a part in it. */
export function eventPublisherContract(name: string, open: () => Promise<EventPublisherUnderTest>): void {
  describe(`${name} is an EventPublisher`, () => {
    let under: EventPublisherUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(() => under.drop());

    const receivedOf = (events: readonly EventEnvelope[]) => {
      const wanted = new Set(events.map(({ id }) => id));
      return under.received().filter(({ id }) => wanted.has(id));
    };
    const expectReceived = (events: readonly EventEnvelope[], count = events.length) =>
      expect.poll(() => receivedOf(events).length, { timeout: 10_000 }).toBe(count);

    it('has the name it is configured by, and is there', async () => {
      expect(under.publisher.name).toMatch(/^[a-z0-9]+$/);
      await under.publisher.check();
    });

    it('publishes an event under its id and type', async () => {
      const event = buildEnvelope({ data: { n: 1 } });
      await under.publisher.publish(event);
      await expectReceived([event]);
      const { id, type, payload } = event;
      expect(receivedOf([event])[0]).toMatchObject({ id, type, payload });
    });

    it.each([
      ['every script', { text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' }],
      ['200 kB', { text: 'ß'.repeat(100_000) }],
    ])('changes nothing of %s', async (_, data) => {
      const event = buildEnvelope({ data });
      await under.publisher.publish(event);
      await expectReceived([event]);
      expect(receivedOf([event])[0]?.payload).toBe(event.payload);
    });

    it('keeps a thousand events of one aggregate in order', async () => {
      const subject = randomUUID();
      const events = Array.from({ length: 1_000 }, (_, n) => buildEnvelope({ subject, sequence: n + 1 }));
      for (const event of events) await under.publisher.publish(event);
      await expectReceived(events);
      expect(receivedOf(events).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    it('publishes a hundred aggregates side by side, each in order', async () => {
      const runs = Array.from({ length: 100 }, () => {
        const subject = randomUUID();
        return [1, 2, 3].map((sequence) => buildEnvelope({ subject, sequence }));
      });
      await Promise.all(
        runs.map(async (run) => {
          for (const event of run) await under.publisher.publish(event);
        }),
      );
      await expectReceived(runs.flat());
      for (const run of runs) expect(receivedOf(run).map(({ id }) => id)).toEqual(run.map(({ id }) => id));
    });

    it('FM-M3 refuses for good what is too large for the other side, and takes the next', async () => {
      const event = buildEnvelope({ data: { text: 'x'.repeat(under.oversizedBytes ?? 2_000_000) } });
      const outcome = await under.publisher.publish(event).catch((error: unknown) => error);
      if (under.oversizedBytes === undefined) await expectReceived([event]);
      else expect(outcome).toBeInstanceOf(PermanentPublishError);
      const next = buildEnvelope();
      await under.publisher.publish(next);
      await expectReceived([next]);
      expect(receivedOf([event])).toHaveLength(under.oversizedBytes === undefined ? 1 : 0);
    });

    it('KP-O2 publishes again, by the same id, what it is given again', async () => {
      const event = buildEnvelope();
      await under.publisher.publish(event);
      await under.publisher.publish(event);
      await expectReceived([event], under.copiesAfterRepublish ?? 2);
    });

    it('can be closed twice', async () => {
      await under.publisher.close();
      await under.publisher.close();
    });
  });
}

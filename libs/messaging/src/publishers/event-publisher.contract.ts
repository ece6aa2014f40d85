import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EventEnvelope, type EventPublisher, PermanentPublishError } from './event-publisher.js';

export interface EventPublisherUnderTest {
  readonly publisher: EventPublisher;
  /** The events that the receiver has received so far. */
  received(): readonly { readonly id: string; readonly type: string; readonly payload: string }[];
  /** The number of copies of an event that was published twice, if it is not two. */
  readonly copiesAfterRepublish?: 1;
  /** The size of an event that the receiver always refuses, if there is one. */
  readonly oversizedBytes?: number;
  drop(): Promise<void>;
}

export function buildEnvelope(overrides: Partial<EventEnvelope> & { readonly data?: object } = {}): EventEnvelope {
  const { data = {}, ...attributes } = overrides;
  const event = { id: randomUUID(), type: 'test.happened.v1', subject: randomUUID(), sequence: 1, ...attributes };
  return { aggregateType: 'test', payload: JSON.stringify({ ...event, data }), ...event };
}

/** The contract of every `EventPublisher`, based on the publisher part of Watermill's test list. */
export function eventPublisherContract(name: string, open: () => Promise<EventPublisherUnderTest>): void {
  describe(`${name} (EventPublisher contract)`, () => {
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

    it('has its configured name and passes its check', async () => {
      expect(under.publisher.name).toMatch(/^[a-z0-9]+$/);
      await under.publisher.check();
    });

    it('publishes an event with its id and type', async () => {
      const event = buildEnvelope({ data: { n: 1 } });
      await under.publisher.publish(event);
      await expectReceived([event]);
      const { id, type, payload } = event;
      expect(receivedOf([event])[0]).toMatchObject({ id, type, payload });
    });

    it.each([
      ['every script', { text: 'é ß 漢字 🔑 \u0000 \u2028 "\\' }],
      ['200 kB', { text: 'ß'.repeat(100_000) }],
    ])('publishes a payload with %s unchanged', async (_, data) => {
      const event = buildEnvelope({ data });
      await under.publisher.publish(event);
      await expectReceived([event]);
      expect(receivedOf([event])[0]?.payload).toBe(event.payload);
    });

    it('publishes a thousand events of one aggregate in order', async () => {
      const subject = randomUUID();
      const events = Array.from({ length: 1_000 }, (_, n) => buildEnvelope({ subject, sequence: n + 1 }));
      for (const event of events) await under.publisher.publish(event);
      await expectReceived(events);
      expect(receivedOf(events).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    });

    it('publishes a hundred aggregates concurrently, each in order', async () => {
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

    it('permanently refuses an event that is too large and publishes the next one [FM-M3]', async () => {
      const event = buildEnvelope({ data: { text: 'x'.repeat(under.oversizedBytes ?? 2_000_000) } });
      const outcome = await under.publisher.publish(event).catch((error: unknown) => error);
      if (under.oversizedBytes === undefined) await expectReceived([event]);
      else expect(outcome).toBeInstanceOf(PermanentPublishError);
      const next = buildEnvelope();
      await under.publisher.publish(next);
      await expectReceived([next]);
      expect(receivedOf([event])).toHaveLength(under.oversizedBytes === undefined ? 1 : 0);
    });

    it('publishes a repeated event again with the same id [KP-O2]', async () => {
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

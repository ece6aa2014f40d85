import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { PermanentPublishError } from '../publishers/event-publisher.js';
import { InMemoryDeliveries } from '../testing/in-memory-deliveries.js';
import { RecordingEventPublisher } from '../testing/recording-event-publisher.js';
import { OutboxRelay } from './outbox-relay.js';

describe('Relay', () => {
  let deliveries: InMemoryDeliveries;
  let publisher: RecordingEventPublisher;
  let written: ReturnType<typeof createRecordingLog>;
  let figures: { published: number; failed: number; parked: number };
  let relay: OutboxRelay;

  const ids = () => publisher.published.map(({ id }) => id);
  const left = () => deliveries.waiting.map(({ id }) => id);

  beforeEach(() => {
    deliveries = new InMemoryDeliveries();
    publisher = new RecordingEventPublisher();
    written = createRecordingLog();
    figures = { published: 0, failed: 0, parked: 0 };
    const observer = {
      published() {
        figures.published++;
      },
      failed() {
        figures.failed++;
      },
      parked() {
        figures.parked++;
      },
    };
    relay = new OutboxRelay(publisher, deliveries, written.log, observer);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await relay.stop();
  });

  it('given events of several aggregates, then all are published, each aggregate in order', async () => {
    deliveries.addEvents('a', 1, 2, 3);
    deliveries.addEvents('b', 1, 2);
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids().filter((id) => id.startsWith('a'))).toEqual(['a-1', 'a-2', 'a-3']);
    expect(ids().filter((id) => id.startsWith('b'))).toEqual(['b-1', 'b-2']);
    expect(figures).toEqual({ published: 5, failed: 0, parked: 0 });
  });

  it('given a slow aggregate, then no other waits for it', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    publisher.beforePublish = ({ subject }) => (subject === 'slow' ? gate : undefined);
    deliveries.addEvents('slow', 1);
    deliveries.addEvents('quick', 1, 2);
    relay.start();
    await expect.poll(ids).toEqual(['quick-1', 'quick-2']);
    release();
    await expect.poll(left).toEqual([]);
  });

  it('given a refusal, then the rest of its run goes back, what was taken before is done, and others are not touched', async () => {
    publisher.shouldRefuse = ({ id }) => id === 'a-2';
    deliveries.addEvents('a', 1, 2, 3);
    deliveries.addEvents('b', 1);
    relay.start();
    await expect.poll(left).toEqual(['a-2', 'a-3']);
    expect(deliveries.releasedRuns.map(({ sequences }) => sequences)).toEqual([[2, 3]]);
    expect(ids().sort()).toEqual(['a-1', 'b-1']);
    expect(figures).toEqual({ published: 2, failed: 1, parked: 0 });
  });

  it('given a refusal, then one line tells event, publisher, reason and attempt, and not what the event says', async () => {
    publisher.shouldRefuse = () => true;
    deliveries.addEvents('a', 1);
    relay.start();
    await expect.poll(() => written.lines.length).toBe(1);
    expect(written.lines[0]).toMatchObject({
      event: 'a-1',
      type: 'test.happened.v1',
      publisher: 'one',
      reason: 'refused by the test',
      attempt: 1,
    });
    expect(written.lines[0]).not.toHaveProperty('payload');
  });

  it.each([
    [1, 500],
    [3, 2_000],
    [40, 5_000],
  ])('given attempt %i, then it is tried again within %i ms', async (attempts, most) => {
    publisher.shouldRefuse = () => true;
    for (let n = 0; n < 30; n++) deliveries.addEvents(`s${n}`, 1);
    deliveries.setAttempts(attempts);
    relay.start();
    await expect.poll(() => deliveries.releasedRuns.length).toBe(30);
    const waits = deliveries.releasedRuns.map(({ afterMs }) => afterMs);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size, 'not all at the same moment').toBeGreaterThan(10);
  });

  it('given a broker that is away, then nothing is leased', async () => {
    publisher.unavailable = true;
    deliveries.addEvents('a', 1);
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    expect([deliveries.leaseCount, ids()]).toEqual([0, []]);
    publisher.unavailable = false;
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('given a database that is away for a moment, then it goes on', async () => {
    deliveries.unavailable = true;
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    deliveries.unavailable = false;
    deliveries.addEvents('a', 1);
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('given a signal, then it looks at once; without one it asks nothing', async () => {
    relay.start();
    await expect.poll(() => deliveries.leaseCount).toBe(1);
    const start = performance.now();
    deliveries.addEvents('a', 1);
    relay.wake();
    await expect.poll(ids, { interval: 5 }).toEqual(['a-1']);
    expect(performance.now() - start).toBeLessThan(500);
    const { leaseCount } = deliveries;
    await sleep(300);
    expect(deliveries.leaseCount - leaseCount).toBeLessThanOrEqual(1);
  });

  it('given a refusal for good, then the event is parked with an alarm, what is behind it goes back, and others go on', async () => {
    publisher.refusalError = new PermanentPublishError('it has 17 MiB');
    publisher.shouldRefuse = ({ id }) => id === 'a-2';
    deliveries.addEvents('a', 1, 2, 3);
    deliveries.addEvents('b', 1, 2);
    relay.start();
    await expect.poll(left).toEqual(['a-2', 'a-3']);
    expect(deliveries.parked).toEqual([{ id: 'd-a-2', reason: 'it has 17 MiB' }]);
    expect(deliveries.releasedRuns).toEqual([{ sequences: [3], afterMs: 0 }]);
    expect(written.lines).toMatchObject([{ level: 50, event: 'a-2', subject: 'a', publisher: 'one', attempt: 1 }]);
    expect(figures).toEqual({ published: 3, failed: 1, parked: 1 });
  });

  it('FM-Q8 given a publisher that takes nothing, then it is left alone: one aggregate at a time, at most one try a second', async () => {
    publisher.shouldRefuse = () => true;
    deliveries.releasedCanBeLeased = true;
    for (let n = 0; n < 20; n++) deliveries.addEvents(`s${n}`, 1);
    relay.start();
    const ringing = setInterval(() => relay.wake(), 5);
    await expect.poll(() => figures.failed).toBeGreaterThanOrEqual(20);
    await sleep(1_000); // the first pauses are short
    const [begun, tried] = [performance.now(), figures.failed];
    await sleep(3_500);
    clearInterval(ringing);
    expect(figures.failed - tried).toBeLessThanOrEqual((performance.now() - begun) / 1_000);
    expect(figures.failed, 'it is tried, though').toBeGreaterThan(20);
    expect(deliveries.requestedAggregates.slice(1).every((aggregates) => aggregates === 1)).toBe(true);
    publisher.shouldRefuse = () => false;
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  }, 15_000);

  it('given one aggregate that fails alone, then nobody waits for it', async () => {
    publisher.shouldRefuse = ({ subject }) => subject === 'bad';
    deliveries.releasedCanBeLeased = true;
    deliveries.addEvents('bad', 1);
    relay.start();
    for (let n = 1; n <= 20; n++) {
      const start = performance.now();
      deliveries.addEvents('good', n);
      relay.wake();
      await expect.poll(() => ids().length, { interval: 2 }).toBe(n);
      expect(performance.now() - start).toBeLessThan(200);
    }
  });

  it('given a run that takes longer than others wait, then later rounds go on beside it, and it is noted when it is done', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    publisher.beforePublish = ({ subject }) => (subject === 'slow' ? gate : undefined);
    deliveries.addEvents('slow', 1);
    deliveries.addEvents('quick', 1);
    relay.start();
    await expect.poll(left, { timeout: 3_000 }).toEqual(['slow-1']);
    deliveries.addEvents('quick', 2);
    relay.wake();
    await expect.poll(left).toEqual(['slow-1']);
    const stopped = relay.stop();
    release();
    await stopped;
    expect(left()).toEqual([]);
  });

  it('FM-H1 given a lease it has slept through, then it publishes nothing more of it and gives nothing back', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    publisher.beforePublish = ({ sequence }) => void (sequence === 2 && vi.advanceTimersByTime(20_001));
    deliveries.addEvents('a', 1, 2, 3, 4);
    relay.start();
    await vi.waitFor(() => expect(left()).toEqual(['a-3', 'a-4']));
    expect([ids(), deliveries.releasedRuns]).toEqual([['a-1', 'a-2'], []]);
  });

  it('given a stop in the middle of a round, then the round is finished and noted, and no other begins', async () => {
    deliveries.addEvents('a', 1, 2);
    let stopped: Promise<void> | undefined;
    publisher.beforePublish = ({ sequence }) => {
      if (sequence !== 1) return;
      stopped = relay.stop();
      deliveries.addEvents('b', 1);
    };
    relay.start();
    await expect.poll(() => stopped !== undefined).toBe(true);
    await stopped;
    expect([ids(), left(), deliveries.leaseCount]).toEqual([['a-1', 'a-2'], ['b-1'], 1]);
  });

  it('is started once, however often it is told to', async () => {
    deliveries.addEvents('a', 1);
    relay.start();
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids()).toEqual(['a-1']);
  });
});

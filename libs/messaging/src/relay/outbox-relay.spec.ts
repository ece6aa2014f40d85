import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { PermanentPublishError } from '../publishers/event-publisher.js';
import { InMemoryDeliveries } from '../testing/in-memory-deliveries.js';
import { RecordingEventPublisher } from '../testing/recording-event-publisher.js';
import { OutboxRelay } from './outbox-relay.js';

describe('OutboxRelay', () => {
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

  it('publishes the events of several aggregates, each aggregate in order', async () => {
    deliveries.addEvents('a', 1, 2, 3);
    deliveries.addEvents('b', 1, 2);
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids().filter((id) => id.startsWith('a'))).toEqual(['a-1', 'a-2', 'a-3']);
    expect(ids().filter((id) => id.startsWith('b'))).toEqual(['b-1', 'b-2']);
    expect(figures).toEqual({ published: 5, failed: 0, parked: 0 });
  });

  it('does not delay other aggregates behind a slow one', async () => {
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

  it('releases the rest of a batch after a failure, deletes the published events and leaves other batches alone', async () => {
    publisher.shouldRefuse = ({ id }) => id === 'a-2';
    deliveries.addEvents('a', 1, 2, 3);
    deliveries.addEvents('b', 1);
    relay.start();
    await expect.poll(left).toEqual(['a-2', 'a-3']);
    expect(deliveries.releasedRuns.map(({ sequences }) => sequences)).toEqual([[2, 3]]);
    expect(ids().sort()).toEqual(['a-1', 'b-1']);
    expect(figures).toEqual({ published: 2, failed: 1, parked: 0 });
  });

  it('logs event, publisher, reason and attempt of a failure without the payload', async () => {
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
  ])('retries after attempt %i within %i ms', async (attempts, maxDelayMs) => {
    publisher.shouldRefuse = () => true;
    for (let n = 0; n < 30; n++) deliveries.addEvents(`s${n}`, 1);
    deliveries.setAttempts(attempts);
    relay.start();
    await expect.poll(() => deliveries.releasedRuns.length).toBe(30);
    const waits = deliveries.releasedRuns.map(({ afterMs }) => afterMs);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(maxDelayMs);
    expect(new Set(waits).size, 'delays are random').toBeGreaterThan(10);
  });

  it('leases nothing while the broker is unavailable', async () => {
    publisher.unavailable = true;
    deliveries.addEvents('a', 1);
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    expect([deliveries.leaseCount, ids()]).toEqual([0, []]);
    publisher.unavailable = false;
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('continues after the database was unavailable', async () => {
    deliveries.unavailable = true;
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    deliveries.unavailable = false;
    deliveries.addEvents('a', 1);
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('leases at once after a wake signal and runs no query without one', async () => {
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

  it('parks a permanently refused event, logs an error, releases the rest of its batch and continues with others', async () => {
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

  it('backs off from a publisher that refuses everything: one aggregate at a time, at most one attempt a second [FM-Q8]', async () => {
    publisher.shouldRefuse = () => true;
    deliveries.releasedCanBeLeased = true;
    for (let n = 0; n < 20; n++) deliveries.addEvents(`s${n}`, 1);
    relay.start();
    const ringing = setInterval(() => relay.wake(), 5);
    await expect.poll(() => figures.failed).toBeGreaterThanOrEqual(20);
    await sleep(1_000); // the first delays are short
    const [begun, tried] = [performance.now(), figures.failed];
    await sleep(3_500);
    clearInterval(ringing);
    expect(figures.failed - tried).toBeLessThanOrEqual((performance.now() - begun) / 1_000);
    expect(figures.failed, 'it is still attempted').toBeGreaterThan(20);
    expect(deliveries.requestedAggregates.slice(1).every((aggregates) => aggregates === 1)).toBe(true);
    publisher.shouldRefuse = () => false;
    await expect.poll(left, { timeout: 5_000 }).toEqual([]);
  }, 15_000);

  it('does not back off when a single aggregate fails', async () => {
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

  it('starts later rounds while a slow batch continues, and acknowledges that batch when it is done', async () => {
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

  it('publishes and releases nothing of an expired lease [FM-H1]', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    publisher.beforePublish = ({ sequence }) => void (sequence === 2 && vi.advanceTimersByTime(20_001));
    deliveries.addEvents('a', 1, 2, 3, 4);
    relay.start();
    await vi.waitFor(() => expect(left()).toEqual(['a-3', 'a-4']));
    expect([ids(), deliveries.releasedRuns]).toEqual([['a-1', 'a-2'], []]);
  });

  it('finishes and acknowledges the current round when it is stopped, and starts no other', async () => {
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

  it('starts once when start is called repeatedly', async () => {
    deliveries.addEvents('a', 1);
    relay.start();
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids()).toEqual(['a-1']);
  });
});

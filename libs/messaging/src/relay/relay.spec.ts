import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { InMemoryDeliveries } from '../testing/in-memory-deliveries.js';
import { RecordingEventPublisher } from '../testing/recording-event-publisher.js';
import { recordingLog } from '../testing/recording-log.js';
import { Relay } from './relay.js';

describe('Relay', () => {
  let deliveries: InMemoryDeliveries;
  let publisher: RecordingEventPublisher;
  let written: ReturnType<typeof recordingLog>;
  let figures: { published: number; failed: number };
  let relay: Relay;

  const ids = () => publisher.taken.map(({ id }) => id);
  const left = () => deliveries.waiting.map(({ id }) => id);

  beforeEach(() => {
    deliveries = new InMemoryDeliveries();
    publisher = new RecordingEventPublisher();
    written = recordingLog();
    figures = { published: 0, failed: 0 };
    const observer = {
      published(_: string, count: number) {
        figures.published += count;
      },
      failed() {
        figures.failed++;
      },
    };
    relay = new Relay(publisher, deliveries, new FixedClock(), written.log, observer);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await relay.stop();
  });

  it('given events of several aggregates, then all are published, each aggregate in order', async () => {
    deliveries.add('a', 1, 2, 3);
    deliveries.add('b', 1, 2);
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids().filter((id) => id.startsWith('a'))).toEqual(['a-1', 'a-2', 'a-3']);
    expect(ids().filter((id) => id.startsWith('b'))).toEqual(['b-1', 'b-2']);
    expect(figures).toEqual({ published: 5, failed: 0 });
  });

  it('given a slow aggregate, then no other waits for it', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    publisher.onWay = ({ subject }) => (subject === 'slow' ? gate : undefined);
    deliveries.add('slow', 1);
    deliveries.add('quick', 1, 2);
    relay.start();
    await expect.poll(ids).toEqual(['quick-1', 'quick-2']);
    release();
    await expect.poll(left).toEqual([]);
  });

  it('given a refusal, then the rest of its run goes back, what was taken before is done, and others are not touched', async () => {
    publisher.refuses = ({ id }) => id === 'a-2';
    deliveries.add('a', 1, 2, 3);
    deliveries.add('b', 1);
    relay.start();
    await expect.poll(left).toEqual(['a-2', 'a-3']);
    expect(deliveries.returned.map(({ sequences }) => sequences)).toEqual([[2, 3]]);
    expect(ids().sort()).toEqual(['a-1', 'b-1']);
    expect(figures).toEqual({ published: 2, failed: 1 });
  });

  it('given a refusal, then one line tells event, publisher, reason and attempt, and not what the event says', async () => {
    publisher.refuses = () => true;
    deliveries.add('a', 1);
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
    publisher.refuses = () => true;
    for (let n = 0; n < 30; n++) deliveries.add(`s${n}`, 1);
    deliveries.tried(attempts);
    relay.start();
    await expect.poll(() => deliveries.returned.length).toBe(30);
    const waits = deliveries.returned.map(({ afterMs }) => afterMs);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(most);
    expect(new Set(waits).size, 'not all at the same moment').toBeGreaterThan(10);
  });

  it('given a broker that is away, then nothing is leased', async () => {
    publisher.away = true;
    deliveries.add('a', 1);
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    expect([deliveries.leases, ids()]).toEqual([0, []]);
    publisher.away = false;
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('given a database that is away for a moment, then it goes on', async () => {
    deliveries.away = true;
    relay.start();
    await expect.poll(() => written.lines.length).toBeGreaterThan(0);
    deliveries.away = false;
    deliveries.add('a', 1);
    relay.wake();
    await expect.poll(left).toEqual([]);
  });

  it('given a signal, then it looks at once; without one, within about a second', async () => {
    relay.start();
    await expect.poll(() => deliveries.leases).toBe(1);
    const start = performance.now();
    deliveries.add('a', 1);
    relay.wake();
    await expect.poll(ids, { interval: 5 }).toEqual(['a-1']);
    expect(performance.now() - start).toBeLessThan(500);
    deliveries.add('b', 1);
    await expect.poll(ids, { timeout: 2_000 }).toEqual(['a-1', 'b-1']);
  });

  it('FM-H1 given a lease it has slept through, then it publishes nothing more of it and gives nothing back', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    publisher.onWay = ({ sequence }) => void (sequence === 2 && vi.advanceTimersByTime(20_001));
    deliveries.add('a', 1, 2, 3, 4);
    relay.start();
    await vi.waitFor(() => expect(left()).toEqual(['a-3', 'a-4']));
    expect([ids(), deliveries.returned]).toEqual([['a-1', 'a-2'], []]);
  });

  it('given a stop in the middle of a round, then the round is finished and noted, and no other begins', async () => {
    deliveries.add('a', 1, 2);
    let stopped: Promise<void> | undefined;
    publisher.onWay = ({ sequence }) => {
      if (sequence !== 1) return;
      stopped = relay.stop();
      deliveries.add('b', 1);
    };
    relay.start();
    await expect.poll(() => stopped !== undefined).toBe(true);
    await stopped;
    expect([ids(), left(), deliveries.leases]).toEqual([['a-1', 'a-2'], ['b-1'], 1]);
  });

  it('is started once, however often it is told to', async () => {
    deliveries.add('a', 1);
    relay.start();
    relay.start();
    await expect.poll(left).toEqual([]);
    expect(ids()).toEqual(['a-1']);
  });
});

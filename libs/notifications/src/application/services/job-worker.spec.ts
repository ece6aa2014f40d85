import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { currentContext, Metrics, runInContext } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { ConfiguredChannels } from '../../adapters/configured-channels.js';
import { InMemoryJobQueue } from '../../adapters/memory/in-memory-job-queue.js';
import { RecordingMessageJob } from '../../testing/recording-message-job.js';
import { RecordingMessageSender } from '../../testing/recording-message-sender.js';
import { PermanentSendError } from '../ports.js';
import { JobWorker } from './job-worker.js';

const LEASE_MS = 40_000;
const jobOf = (reference: string) => ({ kind: 'test.code', reference });
const temporaryError = (message = 'try later') => new Error(message);

describe('Dispatcher', () => {
  let clock: FixedClock;
  let list: InMemoryJobQueue;
  let source: RecordingMessageJob;
  let sender: RecordingMessageSender;
  let metrics: Metrics;
  let written: ReturnType<typeof createRecordingLog>;
  let dispatcher: JobWorker;

  const start = (channels = new ConfiguredChannels({ email: sender })) => {
    dispatcher = new JobWorker(list, channels, clock, written.log, metrics);
    dispatcher.registerJob(source);
    dispatcher.start();
  };
  /** What nobody holds and what is leased: all that is still to be sent. */
  const left = () => list.snapshot().map(({ reference }) => reference);
  const sent = () => sender.accepted.map(({ text }) => text);

  beforeEach(() => {
    clock = new FixedClock();
    list = new InMemoryJobQueue(clock);
    source = new RecordingMessageJob();
    sender = new RecordingMessageSender();
    metrics = new Metrics();
    written = createRecordingLog();
  });
  afterEach(() => dispatcher.onApplicationShutdown());

  it('given a message that is taken, then it is sent once and no longer due', async () => {
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect([sent(), source.accepted, source.failed]).toEqual([['code 1'], ['code 1'], []]);
  });

  it('given what waited before the start, then it is sent', async () => {
    await list.enqueue(jobOf('a'));
    start();
    await expect.poll(sent).toEqual(['code 1']);
  });

  it('given one that a request asked for, then its ids are known while it is written and accepted', async () => {
    const seen: (string | undefined)[] = [];
    const write = source.prepareMessage.bind(source);
    source.prepareMessage = async (reference) => {
      seen.push(currentContext()?.correlationId);
      const made = await write(reference);
      const accepted = async () => void seen.push(currentContext()?.correlationId);
      return made && { ...made, markAccepted: accepted };
    };
    await runInContext({ correlationId: 'signup-42' }, () => list.enqueue(jobOf('a')));
    start();
    await expect.poll(left).toEqual([]);
    expect(seen).toEqual(['signup-42', 'signup-42']);
  });

  it('given two refusals, then each try has a fresh code, and the third is taken', async () => {
    const before = clock.now().getTime();
    sender.failWith(temporaryError(), temporaryError());
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.attempted.map(({ text }) => text)).toEqual(['code 1', 'code 2', 'code 3']);
    expect([sent(), source.accepted]).toEqual([['code 3'], ['code 3']]);
    expect(source.failed).toEqual([
      { text: 'code 1', final: false },
      { text: 'code 2', final: false },
    ]);
    expect(clock.now().getTime() - before, 'it waits a little before each').toBe(200 + 400);
  });

  it('given three refusals, then it is given up', async () => {
    sender.failWith(temporaryError(), temporaryError(), temporaryError());
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.attempted).toHaveLength(3);
    expect(source.failed.map(({ final }) => final)).toEqual([false, false, true]);
    expect(source.accepted).toEqual([]);
  });

  it('FM-S3 given a permanent refusal, then it is given up at once', async () => {
    sender.failWith(new PermanentSendError('no such mailbox'));
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.attempted).toHaveLength(1);
    expect(source.failed).toEqual([{ text: 'code 1', final: true }]);
  });

  it('given a channel without a transport, then it is given up at once', async () => {
    start(new ConfiguredChannels({ sms: sender }));
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect(source.failed).toEqual([{ text: 'code 1', final: true }]);
  });

  it('given a reason that is gone, then nothing is sent and it is no longer due', async () => {
    source.obsolete.add('a');
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.attempted).toEqual([]);
  });

  it('given nothing to say, then nothing is sent but the rest happens', async () => {
    source.suppressed.add('a');
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect([sender.attempted, source.accepted]).toEqual([[], ['code 1']]);
  });

  it('AC-26 given nothing to say, then it is counted as what is sent', async () => {
    source.suppressed.add('a');
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels }) => labels)).toEqual([{ channel: 'email', outcome: 'accepted' }]);
  });

  it('treats a message that is not sent as others of its channel are treated at the moment, and counts it so [AC-62]', async () => {
    source.suppressed.add('silent');
    start();
    sender.failWith(new PermanentSendError('no such mailbox'));
    await list.enqueue(jobOf('refused'));
    await expect.poll(left).toEqual([]);
    await list.enqueue(jobOf('silent'));
    await expect.poll(left).toEqual([]);
    expect([sender.attempted.length, source.accepted, source.failed.length]).toEqual([1, [], 2]);
    await list.enqueue(jobOf('taken'));
    await expect.poll(left).toEqual([]);
    await list.enqueue({ ...jobOf('silent') });
    await expect.poll(left).toEqual([]);
    expect([sender.attempted.length, source.accepted.length]).toEqual([2, 2]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels, value }) => [labels['outcome'], value]).sort()).toEqual([
      ['accepted', 2],
      ['refused', 2],
    ]);
  });

  it('takes a message that is not sent for refused when its channel has no transport [AC-62]', async () => {
    source.suppressed.add('a');
    start(new ConfiguredChannels({ sms: sender }));
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    expect([source.accepted, source.failed]).toEqual([[], [{ text: 'code 1', final: true }]]);
  });

  it('tells a source how long a message of its channel usually takes [AC-62]', async () => {
    sender.failWith(temporaryError());
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    await list.enqueue(jobOf('b'));
    await expect.poll(left).toEqual([]);
    expect(source.sampledDurations).toEqual([0, 200]);
  });

  it.each(['brokenWrites', 'brokenAccepts'] as const)(
    'given %s, a failure outside of sending, then it stays due and is sent with another code when its lease has ended',
    async (broken) => {
      source[broken] = 1;
      start();
      await list.enqueue(jobOf('a'));
      await expect.poll(() => written.lines.some(({ msg }) => msg === 'a due message stays due')).toBe(true);
      expect([left(), source.accepted]).toEqual([['a'], []]);
      clock.advance(LEASE_MS);
      await list.enqueue(jobOf('waker'));
      await expect.poll(left).toEqual([]);
      expect(source.accepted).toHaveLength(2);
      expect(new Set(sent()).size).toBe(sent().length);
    },
  );

  it('given one that hangs, then the others are sent', async () => {
    const release = sender.blockSends();
    start();
    await list.enqueue(jobOf('hangs'));
    await expect.poll(() => sender.attempted).toHaveLength(1);
    sender.blockSends()();
    await list.enqueue(jobOf('b'));
    await expect.poll(sent).toEqual(['code 2']);
    release();
    await expect.poll(left).toEqual([]);
  });

  it('FM-H1 given a process that is frozen for longer than its lease while it sends, then it does not try again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const answer = sender.blockSends();
    sender.failWith(temporaryError());
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(() => sender.attempted).toHaveLength(1);
    vi.advanceTimersByTime(LEASE_MS);
    answer();
    await expect.poll(() => JSON.stringify(written.lines)).toContain('its lease has ended');
    expect([sender.attempted.length, left()]).toEqual([1, ['a']]);
    vi.useRealTimers();
  });

  it('given a flood, then 32 are in flight at once and all are sent once', async () => {
    const release = sender.blockSends();
    for (let n = 0; n < 100; n++) await list.enqueue(jobOf(String(n)));
    start();
    await expect.poll(() => sender.attempted).toHaveLength(32);
    release();
    await expect.poll(left).toEqual([]);
    expect(new Set(sent()).size).toBe(100);
  });

  it('given a stop, then what is in flight is finished, nothing else is taken, and the channels are closed last', async () => {
    const release = sender.blockSends();
    for (let n = 0; n < 40; n++) await list.enqueue(jobOf(String(n)));
    start();
    await expect.poll(() => sender.attempted).toHaveLength(32);
    const stopped = dispatcher.onApplicationShutdown();
    expect(sender.closed).toBe(false);
    release();
    await stopped;
    expect([sent().length, source.accepted.length, left().length, sender.closed]).toEqual([32, 32, 8, true]);
  });

  it('given a list that is away for a moment, then it goes on', async () => {
    const lease = list.lease.bind(list);
    let away = 2;
    list.lease = (count, leaseMs) => (away-- > 0 ? Promise.reject(temporaryError()) : lease(count, leaseMs));
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(sent, { timeout: 3_000 }).toEqual(['code 1']);
  });

  it('ST-10 tells the log what went wrong, and not to whom it was sent nor what it said', async () => {
    const refusal = Object.assign(temporaryError('550 <mia@example.org> code 1 is spam'), {
      responseCode: 550,
      code: 'EENVELOPE',
    });
    sender.failWith(refusal);
    start();
    await list.enqueue(jobOf('a'));
    await expect.poll(left).toEqual([]);
    const [line] = written.lines.filter(({ msg }) => msg === 'a message was not accepted');
    expect(line).toMatchObject({ channel: 'email', attempt: 1, final: false, reason: 'Error EENVELOPE 550' });
    expect(JSON.stringify(written.lines)).not.toMatch(/mia|code 1/);
  });

  it('counts by channel and outcome', async () => {
    sender.failWith(temporaryError(), temporaryError(), temporaryError());
    start();
    await list.enqueue(jobOf('refused'));
    await expect.poll(left).toEqual([]);
    await list.enqueue(jobOf('taken'));
    await expect.poll(left).toEqual([]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels, value }) => [labels['outcome'], value]).sort()).toEqual([
      ['accepted', 1],
      ['refused', 1],
      ['retried', 2],
    ]);
  });
});

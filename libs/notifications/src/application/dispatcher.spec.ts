import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { currentContext, inContext, Metrics } from '#platform/observability';
import { recordingLog } from '#platform/observability/testing';
import { ConfiguredChannels } from '../adapters/configured-channels.js';
import { InMemoryDueMessages } from '../adapters/memory/in-memory-due-messages.js';
import { CountingSource } from '../testing/counting-source.js';
import { RecordingMessageSender } from '../testing/recording-message-sender.js';
import { Dispatcher } from './dispatcher.js';
import { PermanentRefusal } from './ports.js';

const LEASE_MS = 40_000;
const due = (reference: string) => ({ kind: 'test.code', reference });
const temporary = (message = 'try later') => new Error(message);

describe('Dispatcher', () => {
  let clock: FixedClock;
  let list: InMemoryDueMessages;
  let source: CountingSource;
  let sender: RecordingMessageSender;
  let metrics: Metrics;
  let written: ReturnType<typeof recordingLog>;
  let dispatcher: Dispatcher;

  const start = (channels = new ConfiguredChannels({ email: sender })) => {
    dispatcher = new Dispatcher(list, channels, clock, written.log, metrics);
    dispatcher.serve(source);
    dispatcher.start();
  };
  /** What nobody holds and what is leased: all that is still to be sent. */
  const left = () => list.snapshot().map(({ reference }) => reference);
  const sent = () => sender.taken.map(({ text }) => text);

  beforeEach(() => {
    clock = new FixedClock();
    list = new InMemoryDueMessages(clock);
    source = new CountingSource();
    sender = new RecordingMessageSender();
    metrics = new Metrics();
    written = recordingLog();
  });
  afterEach(() => dispatcher.onApplicationShutdown());

  it('given a message that is taken, then it is sent once and no longer due', async () => {
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect([sent(), source.accepted, source.failed]).toEqual([['code 1'], ['code 1'], []]);
  });

  it('given what waited before the start, then it is sent', async () => {
    await list.put(due('a'));
    start();
    await expect.poll(sent).toEqual(['code 1']);
  });

  it('given one that a request asked for, then its ids are known while it is written and accepted', async () => {
    const seen: (string | undefined)[] = [];
    const write = source.write.bind(source);
    source.write = async (reference) => {
      seen.push(currentContext()?.correlationId);
      const made = await write(reference);
      const accepted = async () => void seen.push(currentContext()?.correlationId);
      return made && { ...made, accepted };
    };
    await inContext({ correlationId: 'signup-42' }, () => list.put(due('a')));
    start();
    await expect.poll(left).toEqual([]);
    expect(seen).toEqual(['signup-42', 'signup-42']);
  });

  it('given two refusals, then each try has a fresh code, and the third is taken', async () => {
    const before = clock.now().getTime();
    sender.failWith(temporary(), temporary());
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.tried.map(({ text }) => text)).toEqual(['code 1', 'code 2', 'code 3']);
    expect([sent(), source.accepted]).toEqual([['code 3'], ['code 3']]);
    expect(source.failed).toEqual([
      { text: 'code 1', final: false },
      { text: 'code 2', final: false },
    ]);
    expect(clock.now().getTime() - before, 'it waits a little before each').toBe(200 + 400);
  });

  it('given three refusals, then it is given up', async () => {
    sender.failWith(temporary(), temporary(), temporary());
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.tried).toHaveLength(3);
    expect(source.failed.map(({ final }) => final)).toEqual([false, false, true]);
    expect(source.accepted).toEqual([]);
  });

  it('FM-S3 given a permanent refusal, then it is given up at once', async () => {
    sender.failWith(new PermanentRefusal('no such mailbox'));
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.tried).toHaveLength(1);
    expect(source.failed).toEqual([{ text: 'code 1', final: true }]);
  });

  it('given a channel without a transport, then it is given up at once', async () => {
    start(new ConfiguredChannels({ sms: sender }));
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect(source.failed).toEqual([{ text: 'code 1', final: true }]);
  });

  it('given a reason that is gone, then nothing is sent and it is no longer due', async () => {
    source.gone.add('a');
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect(sender.tried).toEqual([]);
  });

  it('given nothing to say, then nothing is sent but the rest happens', async () => {
    source.silent.add('a');
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect([sender.tried, source.accepted]).toEqual([[], ['code 1']]);
  });

  it('AC-26 given nothing to say, then it is counted as what is sent', async () => {
    source.silent.add('a');
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels }) => labels)).toEqual([{ channel: 'email', outcome: 'accepted' }]);
  });

  it('treats a message that is not sent as others of its channel are treated at the moment, and counts it so [AC-62]', async () => {
    source.silent.add('silent');
    start();
    sender.failWith(new PermanentRefusal('no such mailbox'));
    await list.put(due('refused'));
    await expect.poll(left).toEqual([]);
    await list.put(due('silent'));
    await expect.poll(left).toEqual([]);
    expect([sender.tried.length, source.accepted, source.failed.length]).toEqual([1, [], 2]);
    await list.put(due('taken'));
    await expect.poll(left).toEqual([]);
    await list.put({ ...due('silent') });
    await expect.poll(left).toEqual([]);
    expect([sender.tried.length, source.accepted.length]).toEqual([2, 2]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels, value }) => [labels['outcome'], value]).sort()).toEqual([
      ['accepted', 2],
      ['refused', 2],
    ]);
  });

  it('takes a message that is not sent for refused when its channel has no transport [AC-62]', async () => {
    source.silent.add('a');
    start(new ConfiguredChannels({ sms: sender }));
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    expect([source.accepted, source.failed]).toEqual([[], [{ text: 'code 1', final: true }]]);
  });

  it('tells a source how long a message of its channel usually takes [AC-62]', async () => {
    sender.failWith(temporary());
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    await list.put(due('b'));
    await expect.poll(left).toEqual([]);
    expect(source.usual).toEqual([0, 200]);
  });

  it.each(['brokenWrites', 'brokenAccepts'] as const)(
    'given %s, a failure outside of sending, then it stays due and is sent with another code when its lease has ended',
    async (broken) => {
      source[broken] = 1;
      start();
      await list.put(due('a'));
      await expect.poll(() => written.lines.some(({ msg }) => msg === 'a due message stays due')).toBe(true);
      expect([left(), source.accepted]).toEqual([['a'], []]);
      clock.advance(LEASE_MS);
      await list.put(due('waker'));
      await expect.poll(left).toEqual([]);
      expect(source.accepted).toHaveLength(2);
      expect(new Set(sent()).size).toBe(sent().length);
    },
  );

  it('given one that hangs, then the others are sent', async () => {
    const release = sender.hold();
    start();
    await list.put(due('hangs'));
    await expect.poll(() => sender.tried).toHaveLength(1);
    sender.hold()();
    await list.put(due('b'));
    await expect.poll(sent).toEqual(['code 2']);
    release();
    await expect.poll(left).toEqual([]);
  });

  it('FM-H1 given a process that is frozen for longer than its lease while it sends, then it does not try again', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const answer = sender.hold();
    sender.failWith(temporary());
    start();
    await list.put(due('a'));
    await expect.poll(() => sender.tried).toHaveLength(1);
    vi.advanceTimersByTime(LEASE_MS);
    answer();
    await expect.poll(() => JSON.stringify(written.lines)).toContain('its lease has ended');
    expect([sender.tried.length, left()]).toEqual([1, ['a']]);
    vi.useRealTimers();
  });

  it('given a flood, then 32 are in flight at once and all are sent once', async () => {
    const release = sender.hold();
    for (let n = 0; n < 100; n++) await list.put(due(String(n)));
    start();
    await expect.poll(() => sender.tried).toHaveLength(32);
    release();
    await expect.poll(left).toEqual([]);
    expect(new Set(sent()).size).toBe(100);
  });

  it('given a stop, then what is in flight is finished, nothing else is taken, and the channels are closed last', async () => {
    const release = sender.hold();
    for (let n = 0; n < 40; n++) await list.put(due(String(n)));
    start();
    await expect.poll(() => sender.tried).toHaveLength(32);
    const stopped = dispatcher.onApplicationShutdown();
    expect(sender.closed).toBe(false);
    release();
    await stopped;
    expect([sent().length, source.accepted.length, left().length, sender.closed]).toEqual([32, 32, 8, true]);
  });

  it('given a list that is away for a moment, then it goes on', async () => {
    const lease = list.lease.bind(list);
    let away = 2;
    list.lease = (count, leaseMs) => (away-- > 0 ? Promise.reject(temporary()) : lease(count, leaseMs));
    start();
    await list.put(due('a'));
    await expect.poll(sent, { timeout: 3_000 }).toEqual(['code 1']);
  });

  it('ST-10 tells the log what went wrong, and not to whom it was sent nor what it said', async () => {
    const refusal = Object.assign(temporary('550 <mia@example.org> code 1 is spam'), {
      responseCode: 550,
      code: 'EENVELOPE',
    });
    sender.failWith(refusal);
    start();
    await list.put(due('a'));
    await expect.poll(left).toEqual([]);
    const [line] = written.lines.filter(({ msg }) => msg === 'a message was not accepted');
    expect(line).toMatchObject({ channel: 'email', attempt: 1, final: false, reason: 'Error EENVELOPE 550' });
    expect(JSON.stringify(written.lines)).not.toMatch(/mia|code 1/);
  });

  it('counts by channel and outcome', async () => {
    sender.failWith(temporary(), temporary(), temporary());
    start();
    await list.put(due('refused'));
    await expect.poll(left).toEqual([]);
    await list.put(due('taken'));
    await expect.poll(left).toEqual([]);
    const figures = await metrics.registry.getSingleMetric('messages_total')?.get();
    expect(figures?.values.map(({ labels, value }) => [labels['outcome'], value]).sort()).toEqual([
      ['accepted', 1],
      ['refused', 1],
      ['retried', 2],
    ]);
  });
});

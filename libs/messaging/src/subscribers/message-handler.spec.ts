import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AlreadyHandled, type IncomingEvent, Unavailable } from '#kernel';
import { currentContext } from '#platform/observability';
import { createRecordingLog } from '#platform/observability/testing';
import { SequenceGapError, StaleEventError } from '../inbox/event-order-errors.js';
import type { IncomingMessage } from '../sources/event-source.js';
import { TestSubscriber } from '../testing/test-subscriber.js';
import { KeyedSerialExecutor } from './keyed-serial-executor.js';
import { type HandlingOutcome, MessageHandler } from './message-handler.js';

const EVENT = {
  specversion: '1.0',
  id: 'e1',
  source: '/elsewhere',
  type: 'test.happened.v1',
  subject: 's1',
  sequence: 1,
  data: { n: 7 },
};
const SECRET = 'maria@example.org';

const message = (body: unknown, o: Partial<IncomingMessage> = {}): IncomingMessage => ({
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  attempt: 1,
  since: Date.now(),
  ...o,
});

describe('Handling', () => {
  let subscriber: TestSubscriber;
  let accepted: Set<IncomingEvent>;
  let outcomes: HandlingOutcome[];
  let written: ReturnType<typeof createRecordingLog>;
  let lanes: KeyedSerialExecutor;
  let handling: MessageHandler;

  beforeEach(() => {
    subscriber = new TestSubscriber();
    [accepted, outcomes, written, lanes] = [new Set(), [], createRecordingLog(), new KeyedSerialExecutor()];
    subscriber.onHandle = (event) => accepted.add(event);
    const inbox = { hasCommitted: (event: IncomingEvent) => accepted.has(event) };
    handling = new MessageHandler(subscriber, inbox, lanes, written.log, (_, outcome) => outcomes.push(outcome));
  });
  afterEach(() => vi.useRealTimers());

  const throwing = (error: unknown) => {
    subscriber.onHandle = () => Promise.reject(error);
  };

  it('given an event, then it is handled, and done', async () => {
    expect(await handling.handle(message({ ...EVENT, unknown: true, datacontenttype: 'application/json' }))).toEqual({
      is: 'done',
    });
    const { specversion: _, ...read } = EVENT;
    expect(subscriber.handledEvents).toEqual([{ ...read, consumer: 'test.happened', ordered: false }]);
    expect(outcomes).toEqual(['handled']);
  });

  it('given the request it comes from, then its handler goes on in that', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const contexts: unknown[] = [];
    subscriber.onHandle = (event) => {
      accepted.add(event);
      contexts.push(currentContext());
    };
    await handling.handle(message({ ...EVENT, correlationid: 'signup-42', traceparent }));
    await handling.handle(message({ ...EVENT, correlationid: `${SECRET}\n`, traceparent: 'no' }));
    await handling.handle(message({ ...EVENT, id: SECRET }));
    expect(contexts).toMatchObject([
      { correlationId: 'signup-42', causationId: 'e1', traceparent },
      { correlationId: 'e1', causationId: 'e1' },
      { correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(contexts[1]).not.toHaveProperty('traceparent');
    expect(JSON.stringify(contexts)).not.toContain(SECRET);
  });

  it.each<[string, unknown, string, string]>([
    ['no JSON', 'hello', 'not_json', 'malformed'],
    ['half of JSON', '{"id":', 'not_json', 'malformed'],
    ['bytes that are no text', '\ud800', 'not_json', 'malformed'],
    ['deep JSON', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'not_json', 'too_deep'],
    ['a name of the prototype machinery', '{"__proto__":{"admin":true}}', 'not_json', 'forbidden_key'],
    ['a name twice', '{"id":"a","id":"b"}', 'not_json', 'duplicate_key'],
    ['ten megabytes', `"${'x'.repeat(10 * 1024 * 1024)}"`, 'too_large', 'more than 262144 bytes'],
    ['no object', [EVENT], 'wrong_schema', '/'],
    ['null', null, 'wrong_schema', '/'],
    ['another CloudEvents version', { ...EVENT, specversion: '0.3' }, 'wrong_schema', '/specversion'],
    ['no id', { ...EVENT, id: undefined }, 'wrong_schema', '/id'],
    ['an id without end', { ...EVENT, id: 'x'.repeat(257) }, 'wrong_schema', '/id'],
    ['no source', { ...EVENT, source: '' }, 'wrong_schema', '/source'],
    ['a subject that is no text', { ...EVENT, subject: 7 }, 'wrong_schema', '/subject'],
    ['a sequence that is none', { ...EVENT, sequence: 1.5 }, 'wrong_schema', '/sequence'],
    ['another version', { ...EVENT, type: 'test.happened.v2' }, 'unknown_type', 'test.happened.v2'],
    ['a type that is none', { ...EVENT, type: SECRET }, 'unknown_type', '/type'],
    ['no data', { ...EVENT, data: undefined }, 'wrong_schema', '/data'],
    ['data of another shape', { ...EVENT, data: { n: SECRET } }, 'wrong_schema', '/data/n n.not_a_number'],
  ])(
    'FM-M3 given %s, then it is a dead letter at once, and says where and not what',
    async (_, body, reason, detail) => {
      expect(await handling.handle(message(body))).toEqual({ is: 'dead', reason, detail });
      expect([outcomes, subscriber.handledEvents]).toEqual([['dead'], []]);
      expect(written.lines).toMatchObject([{ level: 50, consumer: 'test.happened', reason, detail }]);
      expect(JSON.stringify(written.lines)).not.toContain(SECRET);
    },
  );

  it('given a subscriber that needs order, then an event without a place in it is a dead letter', async () => {
    Object.assign(subscriber, { ordered: true });
    const nowhere = { ...EVENT, sequence: undefined };
    expect(await handling.handle(message(nowhere))).toMatchObject({ is: 'dead', detail: '/sequence' });
  });

  it.each<[HandlingOutcome, unknown]>([
    ['duplicate', new AlreadyHandled()],
    ['stale', new StaleEventError()],
  ])('FM-M1 given a %s, then it is done, without a word', async (outcome, error) => {
    throwing(error);
    expect(await handling.handle(message(EVENT))).toEqual({ is: 'done' });
    expect([outcomes, written.lines]).toEqual([[outcome], []]);
  });

  it('FM-M2 given one that comes too early, then it waits a minute for the one that is missing, and no longer', async () => {
    throwing(new SequenceGapError());
    const since = Date.now() - 50_000;
    const verdict = await handling.handle(message(EVENT, { since }));
    expect(verdict).toMatchObject({ is: 'again', counts: false });
    expect(verdict).toHaveProperty(
      'afterMs',
      expect.toSatisfy((ms: number) => ms > 0 && ms <= 1_000),
    );
    expect(await handling.handle(message(EVENT, { since: Date.now() - 61_000 }))).toEqual({
      is: 'dead',
      reason: 'out_of_turn',
      detail: '/sequence 1',
    });
    expect(outcomes).toEqual(['waiting', 'dead']);
  });

  it('given something that is away, then it is tried until it is back, however long that takes', async () => {
    throwing(new Unavailable());
    for (const attempt of [1, 5, 500]) {
      expect(await handling.handle(message(EVENT, { attempt }))).toMatchObject({ is: 'again', counts: false });
    }
    expect(outcomes).toEqual(['retried', 'retried', 'retried']);
  });

  it('FM-M3 given a mistake of ours, then it is tried five times with longer pauses, and is a dead letter', async () => {
    throwing(Object.assign(new TypeError(`no such ${SECRET}`), { code: 'E42' }));
    const pauses = new Set<number>();
    for (const [attempt, most] of [
      [1, 1_000],
      [2, 4_000],
      [3, 16_000],
      [4, 30_000],
    ] as const) {
      for (let n = 0; n < 20; n++) {
        const verdict = await handling.handle(message(EVENT, { attempt }));
        if (verdict.is !== 'again') throw new Error(`it is ${verdict.is}`);
        expect([verdict.counts, verdict.afterMs > 0, verdict.afterMs <= most]).toEqual([true, true, true]);
        pauses.add(verdict.afterMs);
      }
    }
    expect(pauses.size, 'not all at the same moment').toBeGreaterThan(40);
    expect(await handling.handle(message(EVENT, { attempt: 5 }))).toEqual({
      is: 'dead',
      reason: 'handler_failed',
      detail: 'TypeError E42',
    });
    expect(JSON.stringify(written.lines)).not.toContain(SECRET);
  });

  it('given a reading that is wrong itself, then nothing is tried again', async () => {
    subscriber.read = () => {
      throw new RangeError(SECRET);
    };
    expect(await handling.handle(message(EVENT))).toEqual({
      is: 'dead',
      reason: 'handler_failed',
      detail: 'RangeError',
    });
  });

  it('given a handler that goes past the inbox, then that is a mistake', async () => {
    subscriber.onHandle = () => undefined;
    expect(await handling.handle(message(EVENT))).toMatchObject({ is: 'again', counts: true });
  });

  it('given a handler that does not end, then it is given up after 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    subscriber.onHandle = () => new Promise(() => undefined);
    const verdict = handling.handle(message(EVENT));
    await vi.advanceTimersByTimeAsync(30_001);
    expect(await verdict).toMatchObject({ is: 'again', counts: true });
  });

  it('given events of one subject, then they are handled one after the other, those of others side by side', async () => {
    const releases: (() => void)[] = [];
    subscriber.onHandle = (event) => {
      accepted.add(event);
      return new Promise<void>((resolve) => releases.push(resolve));
    };
    const all = ['a', 'a', 'b'].map((subject, n) => handling.handle(message({ ...EVENT, id: `e${n}`, subject })));
    await vi.waitFor(() => expect(subscriber.handledEvents.map(({ id }) => id)).toEqual(['e0', 'e2']));
    for (const release of releases.splice(0)) release();
    await vi.waitFor(() => expect(subscriber.handledEvents).toHaveLength(3));
    for (const release of releases) release();
    expect(await Promise.all(all)).toEqual([{ is: 'done' }, { is: 'done' }, { is: 'done' }]);
  });

  it('given lanes that are closed, then what has not begun is released', async () => {
    let release: () => void = () => undefined;
    subscriber.onHandle = (event) => {
      accepted.add(event);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const all = ['e1', 'e2'].map((id) => handling.handle(message({ ...EVENT, id })));
    await vi.waitFor(() => expect(subscriber.handledEvents).toHaveLength(1));
    lanes.close();
    release();
    expect(await Promise.all(all)).toEqual([{ is: 'done' }, { is: 'release' }]);
    expect(outcomes).toEqual(['handled']);
  });
});

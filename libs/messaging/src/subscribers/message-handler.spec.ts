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

describe('MessageHandler', () => {
  let subscriber: TestSubscriber;
  let accepted: Set<IncomingEvent>;
  let outcomes: HandlingOutcome[];
  let written: ReturnType<typeof createRecordingLog>;
  let executor: KeyedSerialExecutor;
  let handler: MessageHandler;

  beforeEach(() => {
    subscriber = new TestSubscriber();
    [accepted, outcomes, written, executor] = [new Set(), [], createRecordingLog(), new KeyedSerialExecutor()];
    subscriber.onHandle = (event) => accepted.add(event);
    const inbox = { hasCommitted: (event: IncomingEvent) => accepted.has(event) };
    handler = new MessageHandler(subscriber, inbox, executor, written.log, (_, outcome) => outcomes.push(outcome));
  });
  afterEach(() => vi.useRealTimers());

  const throwing = (error: unknown) => {
    subscriber.onHandle = () => Promise.reject(error);
  };

  it('handles an event and returns done', async () => {
    expect(await handler.handle(message({ ...EVENT, unknown: true, datacontenttype: 'application/json' }))).toEqual({
      is: 'done',
    });
    const { specversion: _, ...read } = EVENT;
    expect(subscriber.handledEvents).toEqual([{ ...read, consumer: 'test.happened', ordered: false }]);
    expect(outcomes).toEqual(['handled']);
  });

  it('runs the handler in the request context of the event', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const contexts: unknown[] = [];
    subscriber.onHandle = (event) => {
      accepted.add(event);
      contexts.push(currentContext());
    };
    await handler.handle(message({ ...EVENT, correlationid: 'signup-42', traceparent }));
    await handler.handle(message({ ...EVENT, correlationid: `${SECRET}\n`, traceparent: 'no' }));
    await handler.handle(message({ ...EVENT, id: SECRET }));
    expect(contexts).toMatchObject([
      { correlationId: 'signup-42', causationId: 'e1', traceparent },
      { correlationId: 'e1', causationId: 'e1' },
      { correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    expect(contexts[1]).not.toHaveProperty('traceparent');
    expect(JSON.stringify(contexts)).not.toContain(SECRET);
  });

  it.each<[string, unknown, string, string]>([
    ['invalid JSON', 'hello', 'not_json', 'malformed'],
    ['truncated JSON', '{"id":', 'not_json', 'malformed'],
    ['invalid UTF-8', '\ud800', 'not_json', 'malformed'],
    ['deeply nested JSON', `{"a":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 'not_json', 'too_deep'],
    ['a __proto__ member', '{"__proto__":{"admin":true}}', 'not_json', 'forbidden_key'],
    ['a duplicate member', '{"id":"a","id":"b"}', 'not_json', 'duplicate_key'],
    ['ten megabytes', `"${'x'.repeat(10 * 1024 * 1024)}"`, 'too_large', 'more than 262144 bytes'],
    ['an array instead of an object', [EVENT], 'wrong_schema', '/'],
    ['null', null, 'wrong_schema', '/'],
    ['another CloudEvents version', { ...EVENT, specversion: '0.3' }, 'wrong_schema', '/specversion'],
    ['no id', { ...EVENT, id: undefined }, 'wrong_schema', '/id'],
    ['an id that is too long', { ...EVENT, id: 'x'.repeat(257) }, 'wrong_schema', '/id'],
    ['no source', { ...EVENT, source: '' }, 'wrong_schema', '/source'],
    ['a subject that is not a string', { ...EVENT, subject: 7 }, 'wrong_schema', '/subject'],
    ['an invalid sequence', { ...EVENT, sequence: 1.5 }, 'wrong_schema', '/sequence'],
    ['another version', { ...EVENT, type: 'test.happened.v2' }, 'unknown_type', 'test.happened.v2'],
    ['an invalid type', { ...EVENT, type: SECRET }, 'unknown_type', '/type'],
    ['no data', { ...EVENT, data: undefined }, 'wrong_schema', '/data'],
    ['data of another shape', { ...EVENT, data: { n: SECRET } }, 'wrong_schema', '/data/n n.not_a_number'],
  ])(
    'dead-letters a message with %s at once and logs the location, not the value [FM-M3]',
    async (_, body, reason, detail) => {
      expect(await handler.handle(message(body))).toEqual({ is: 'dead', reason, detail });
      expect([outcomes, subscriber.handledEvents]).toEqual([['dead'], []]);
      expect(written.lines).toMatchObject([{ level: 50, consumer: 'test.happened', reason, detail }]);
      expect(JSON.stringify(written.lines)).not.toContain(SECRET);
    },
  );

  it('dead-letters an event without a sequence for an ordered subscriber', async () => {
    Object.assign(subscriber, { ordered: true });
    const nowhere = { ...EVENT, sequence: undefined };
    expect(await handler.handle(message(nowhere))).toMatchObject({ is: 'dead', detail: '/sequence' });
  });

  it.each<[HandlingOutcome, unknown]>([
    ['duplicate', new AlreadyHandled()],
    ['stale', new StaleEventError()],
  ])('returns done for a %s without logging [FM-M1]', async (outcome, error) => {
    throwing(error);
    expect(await handler.handle(message(EVENT))).toEqual({ is: 'done' });
    expect([outcomes, written.lines]).toEqual([[outcome], []]);
  });

  it('retries an early event for one minute, then dead-letters it [FM-M2]', async () => {
    throwing(new SequenceGapError());
    const since = Date.now() - 50_000;
    const disposition = await handler.handle(message(EVENT, { since }));
    expect(disposition).toMatchObject({ is: 'again', counts: false });
    expect(disposition).toHaveProperty(
      'afterMs',
      expect.toSatisfy((ms: number) => ms > 0 && ms <= 1_000),
    );
    expect(await handler.handle(message(EVENT, { since: Date.now() - 61_000 }))).toEqual({
      is: 'dead',
      reason: 'out_of_turn',
      detail: '/sequence 1',
    });
    expect(outcomes).toEqual(['waiting', 'dead']);
  });

  it('retries without limit while a dependency is unavailable', async () => {
    throwing(new Unavailable());
    for (const attempt of [1, 5, 500]) {
      expect(await handler.handle(message(EVENT, { attempt }))).toMatchObject({ is: 'again', counts: false });
    }
    expect(outcomes).toEqual(['retried', 'retried', 'retried']);
  });

  it('dead-letters an event after five failed attempts with growing delays [FM-M3]', async () => {
    throwing(Object.assign(new TypeError(`no such ${SECRET}`), { code: 'E42' }));
    const delays = new Set<number>();
    for (const [attempt, maxDelayMs] of [
      [1, 1_000],
      [2, 4_000],
      [3, 16_000],
      [4, 30_000],
    ] as const) {
      for (let n = 0; n < 20; n++) {
        const disposition = await handler.handle(message(EVENT, { attempt }));
        if (disposition.is !== 'again') throw new Error(`it is ${disposition.is}`);
        expect([disposition.counts, disposition.afterMs > 0, disposition.afterMs <= maxDelayMs]).toEqual([
          true,
          true,
          true,
        ]);
        delays.add(disposition.afterMs);
      }
    }
    expect(delays.size, 'delays are random').toBeGreaterThan(40);
    expect(await handler.handle(message(EVENT, { attempt: 5 }))).toEqual({
      is: 'dead',
      reason: 'handler_failed',
      detail: 'TypeError E42',
    });
    expect(JSON.stringify(written.lines)).not.toContain(SECRET);
  });

  it('does not retry when the parser of the subscriber throws', async () => {
    subscriber.read = () => {
      throw new RangeError(SECRET);
    };
    expect(await handler.handle(message(EVENT))).toEqual({
      is: 'dead',
      reason: 'handler_failed',
      detail: 'RangeError',
    });
  });

  it('fails when the handler does not record the event in the inbox', async () => {
    subscriber.onHandle = () => undefined;
    expect(await handler.handle(message(EVENT))).toMatchObject({ is: 'again', counts: true });
  });

  it('aborts a handler after 30 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    subscriber.onHandle = () => new Promise(() => undefined);
    const disposition = handler.handle(message(EVENT));
    await vi.advanceTimersByTimeAsync(30_001);
    expect(await disposition).toMatchObject({ is: 'again', counts: true });
  });

  it('handles events of one subject in sequence and other subjects concurrently', async () => {
    const releases: (() => void)[] = [];
    subscriber.onHandle = (event) => {
      accepted.add(event);
      return new Promise<void>((resolve) => releases.push(resolve));
    };
    const all = ['a', 'a', 'b'].map((subject, n) => handler.handle(message({ ...EVENT, id: `e${n}`, subject })));
    await vi.waitFor(() => expect(subscriber.handledEvents.map(({ id }) => id)).toEqual(['e0', 'e2']));
    for (const release of releases.splice(0)) release();
    await vi.waitFor(() => expect(subscriber.handledEvents).toHaveLength(3));
    for (const release of releases) release();
    expect(await Promise.all(all)).toEqual([{ is: 'done' }, { is: 'done' }, { is: 'done' }]);
  });

  it('releases messages that have not started when the executor is closed', async () => {
    let release: () => void = () => undefined;
    subscriber.onHandle = (event) => {
      accepted.add(event);
      return new Promise<void>((resolve) => {
        release = resolve;
      });
    };
    const all = ['e1', 'e2'].map((id) => handler.handle(message({ ...EVENT, id })));
    await vi.waitFor(() => expect(subscriber.handledEvents).toHaveLength(1));
    executor.close();
    release();
    expect(await Promise.all(all)).toEqual([{ is: 'done' }, { is: 'release' }]);
    expect(outcomes).toEqual(['handled']);
  });
});

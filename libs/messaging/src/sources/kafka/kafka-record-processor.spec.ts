import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import type { MessageDisposition, Subscription } from '../event-source.js';
import { OneShotSignal } from '../one-shot-signal.js';
import { KafkaRecordProcessor } from './kafka-record-processor.js';

const record = (headers: KafkaMessage['headers'] = {}): KafkaMessage => ({
  key: Buffer.from('a'),
  value: Buffer.from('{'),
  headers,
  offset: '7',
  timestamp: '0',
  attributes: 0,
});

const startProcessor = (verdict: MessageDisposition, refusals: number) => {
  const [handed, laid, stopped, written]: [string[], string[], OneShotSignal, ReturnType<typeof createRecordingLog>] = [
    [],
    [],
    new OneShotSignal(),
    createRecordingLog(),
  ];
  const subscription: Subscription = {
    queue: 'foyer.test',
    arrival: 'events',
    types: ['test.happened.v1'],
    ordered: false,
    async handle({ body }) {
      handed.push(Buffer.from(body).toString());
      return verdict;
    },
  };
  let refused = 0;
  const aside = {
    async publish({ offset }: KafkaMessage) {
      if (refused++ < refusals) throw new Error('the cluster is away');
      laid.push(offset);
    },
  };
  return { work: new KafkaRecordProcessor(subscription, aside, stopped, written.log), handed, laid, stopped, written };
};

describe('a record', () => {
  const dead: MessageDisposition = { is: 'dead', reason: 'not_json', detail: '/' };

  it('that is dead is not done before it is laid aside, however often that fails', async () => {
    const { work, laid, written } = startProcessor(dead, 2);
    expect(await work.process(0, record())).toBe(true);
    expect(laid).toEqual(['7']);
    expect(written.lines.map(({ msg }) => msg)).toEqual(Array(2).fill('a message cannot be laid aside'));
  });

  it('that could not be laid aside when the process stopped is not done', async () => {
    const { work, laid, stopped } = startProcessor(dead, Number.POSITIVE_INFINITY);
    const done = work.process(0, record());
    stopped.fire();
    expect(await done).toBe(false);
    expect(laid).toEqual([]);
  });

  it.each([
    ['test.other.v1', []],
    ['test.happened.v1', ['{']],
    [undefined, ['{']],
  ])('of type %s by its header is handed over only if it may be ours', async (type, expected) => {
    const { work, handed } = startProcessor({ is: 'done' }, 0);
    expect(await work.process(0, record(type === undefined ? {} : { ce_type: Buffer.from(type) }))).toBe(true);
    expect(handed).toEqual(expected);
  });
});

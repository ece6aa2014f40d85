import type { KafkaMessage } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { recordingLog } from '#platform/observability/testing';
import { Bell } from '../bell.js';
import type { Subscription, Verdict } from '../event-source.js';
import { KafkaWork } from './kafka-work.js';

const record = (headers: KafkaMessage['headers'] = {}): KafkaMessage => ({
  key: Buffer.from('a'),
  value: Buffer.from('{'),
  headers,
  offset: '7',
  timestamp: '0',
  attributes: 0,
});

const working = (verdict: Verdict, refusals: number) => {
  const [handed, laid, stopped, written]: [string[], string[], Bell, ReturnType<typeof recordingLog>] = [
    [],
    [],
    new Bell(),
    recordingLog(),
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
    async put({ offset }: KafkaMessage) {
      if (refused++ < refusals) throw new Error('the cluster is away');
      laid.push(offset);
    },
  };
  return { work: new KafkaWork(subscription, aside, stopped, written.log), handed, laid, stopped, written };
};

describe('a record', () => {
  const dead: Verdict = { is: 'dead', reason: 'not_json', detail: '/' };

  it('that is dead is not done before it is laid aside, however often that fails', async () => {
    const { work, laid, written } = working(dead, 2);
    expect(await work.do(0, record())).toBe(true);
    expect(laid).toEqual(['7']);
    expect(written.lines.map(({ msg }) => msg)).toEqual(Array(2).fill('a message cannot be laid aside'));
  });

  it('that could not be laid aside when the process stopped is not done', async () => {
    const { work, laid, stopped } = working(dead, Number.POSITIVE_INFINITY);
    const done = work.do(0, record());
    stopped.ring();
    expect(await done).toBe(false);
    expect(laid).toEqual([]);
  });

  it.each([
    ['test.other.v1', []],
    ['test.happened.v1', ['{']],
    [undefined, ['{']],
  ])('of type %s by its header is handed over only if it may be ours', async (type, expected) => {
    const { work, handed } = working({ is: 'done' }, 0);
    expect(await work.do(0, record(type === undefined ? {} : { ce_type: Buffer.from(type) }))).toBe(true);
    expect(handed).toEqual(expected);
  });
});

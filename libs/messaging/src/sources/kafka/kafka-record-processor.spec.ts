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

const startProcessor = (disposition: MessageDisposition, refusals: number) => {
  const [handledBodies, deadLetterOffsets, stopped, written]: [
    string[],
    string[],
    OneShotSignal,
    ReturnType<typeof createRecordingLog>,
  ] = [[], [], new OneShotSignal(), createRecordingLog()];
  const subscription: Subscription = {
    queue: 'foyer.test',
    arrival: 'events',
    types: ['test.happened.v1'],
    ordered: false,
    async handle({ body }) {
      handledBodies.push(Buffer.from(body).toString());
      return disposition;
    },
  };
  let refused = 0;
  const deadLetterTopic = {
    async publish({ offset }: KafkaMessage) {
      if (refused++ < refusals) throw new Error('the cluster is unavailable');
      deadLetterOffsets.push(offset);
    },
  };
  return {
    work: new KafkaRecordProcessor(subscription, deadLetterTopic, stopped, written.log),
    handledBodies,
    deadLetterOffsets,
    stopped,
    written,
  };
};

describe('KafkaRecordProcessor', () => {
  const dead: MessageDisposition = { is: 'dead', reason: 'not_json', detail: '/' };

  it('retries writing a dead letter and only then reports the record as done', async () => {
    const { work, deadLetterOffsets, written } = startProcessor(dead, 2);
    expect(await work.process(0, record())).toBe(true);
    expect(deadLetterOffsets).toEqual(['7']);
    expect(written.lines.map(({ msg }) => msg)).toEqual(
      Array(2).fill('cannot move a message to the retry or dead-letter queue'),
    );
  });

  it('does not report a record as done when the process stops before the dead letter is written', async () => {
    const { work, deadLetterOffsets, stopped } = startProcessor(dead, Number.POSITIVE_INFINITY);
    const done = work.process(0, record());
    stopped.fire();
    expect(await done).toBe(false);
    expect(deadLetterOffsets).toEqual([]);
  });

  it.each([
    ['test.other.v1', []],
    ['test.happened.v1', ['{']],
    [undefined, ['{']],
  ])('handles a record with type header %s only if the subscription may include it', async (type, expected) => {
    const { work, handledBodies } = startProcessor({ is: 'done' }, 0);
    expect(await work.process(0, record(type === undefined ? {} : { ce_type: Buffer.from(type) }))).toBe(true);
    expect(handledBodies).toEqual(expected);
  });
});

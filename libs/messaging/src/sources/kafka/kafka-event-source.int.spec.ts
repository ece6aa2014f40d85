import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { consumeKafka, startKafka } from '../../../../../test/support/local-kafka.js';
import { buildEnvelope } from '../../publishers/event-publisher.contract.js';
import { KafkaEventPublisher } from '../../publishers/kafka/kafka-event-publisher.js';
import { connectKafkaProducer, kafkaSettings, openKafka, TEST_TIMINGS, TOPICS } from '../../testing/kafka-fixture.js';
import { startKafkaProxy } from '../../testing/kafka-proxy.js';
import { eventSourceContract } from '../event-source.contract.js';
import type { MessageDisposition, Subscription } from '../event-source.js';
import { KafkaEventSource } from './kafka-event-source.js';

eventSourceContract('KafkaEventSource', openKafka);

const DONE: MessageDisposition = { is: 'done' };

describe('KafkaEventSource', () => {
  const recordSubscription = () => {
    const texts: string[] = [];
    const decision = {
      decide: (_text: string, _attempt: number): MessageDisposition | Promise<MessageDisposition> => DONE,
    };
    const subscription: Subscription = {
      queue: `foyer.test.${randomUUID().slice(0, 8)}`,
      arrival: 'events',
      types: ['test.happened.v1'],
      ordered: false,
      async handle({ body, attempt }) {
        const text = Buffer.from(body).toString();
        texts.push(text);
        return decision.decide(text, attempt);
      },
    };
    return { texts, decision, subscription };
  };
  const opened = async () => {
    const kafka = await startKafka();
    const writer = await connectKafkaProducer(kafka.port);
    const sources: KafkaEventSource[] = [];
    return {
      kafka,
      write: (...records: readonly (readonly [key: string | null, value: string])[]) =>
        writer.send({
          topic: TOPICS.events,
          messages: records.map(([key, value]) => ({ partition: 0, key, value, headers: { of: 'somebody' } })),
        }),
      listen(subscription: Subscription, port = kafka.port, log = createRecordingLog().log) {
        const source = new KafkaEventSource(kafkaSettings(port), log, TEST_TIMINGS);
        sources.push(source);
        source.subscribe(subscription);
        return source;
      },
      async drop() {
        await Promise.all(sources.map((source) => source.close()));
        await writer.disconnect();
        await kafka.stop();
      },
    };
  };

  it('keeps the order of a key during a retry and does not block other keys', { timeout: 20_000 }, async () => {
    const { write, listen, drop } = await opened();
    const { texts, decision, subscription } = recordSubscription();
    decision.decide = (text, attempt) =>
      text === 'a1' && attempt < 3 ? { is: 'again', afterMs: 200, counts: true } : DONE;
    await write(['a', 'a1'], ['a', 'a2'], ['b', 'b1'], ['a', 'a3'], [null, 'none']);
    listen(subscription);
    await expect.poll(() => texts.length, { timeout: 10_000 }).toBe(7);
    expect(texts.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a1', 'a1', 'a2', 'a3']);
    expect(texts.slice(0, 3).toSorted()).toEqual(['a1', 'b1', 'none']);
    await drop();
  });

  it('reads again from the first record that is not done', { timeout: 30_000 }, async () => {
    const { write, listen, drop } = await opened();
    const { texts, decision, subscription } = recordSubscription();
    decision.decide = (text) => (text === '2' ? { is: 'release' } : DONE);
    await write(['a', '1'], ['b', '2'], ['c', '3']);
    const first = listen(subscription);
    await expect.poll(() => texts.length, { timeout: 10_000 }).toBe(3);
    await sleep(500);
    await first.close();
    texts.length = 0;
    decision.decide = () => DONE;
    const second = listen(subscription);
    await expect.poll(() => texts.length, { timeout: 10_000 }).toBe(2);
    expect(texts).toEqual(['2', '3']);
    await second.close();
    await write(['d', '4']);
    listen(subscription);
    await expect.poll(() => texts.at(-1), { timeout: 10_000 }).toBe('4');
    expect(texts).toEqual(['2', '3', '4']);
    await drop();
  });

  it('writes a dead letter unchanged to its own topic with the reason [FM-M3]', { timeout: 20_000 }, async () => {
    const { kafka, write, listen, drop } = await opened();
    const deadLetterTopic = consumeKafka(`127.0.0.1:${kafka.port}`, `${TOPICS.events}.dead`);
    const { decision, subscription } = recordSubscription();
    decision.decide = () => ({ is: 'dead', reason: 'not_json', detail: '/data' });
    await write(['a', '{']);
    const source = listen(subscription);
    await expect.poll(() => deadLetterTopic.records.length, { timeout: 10_000 }).toBe(1);
    expect(deadLetterTopic.records[0]).toMatchObject({ key: 'a', payload: '{' });
    const { 'x-foyer-dead-at': at, ...headers } = deadLetterTopic.records[0]?.headers ?? {};
    expect(Date.parse(at ?? '')).toBeGreaterThan(Date.now() - 10_000);
    expect(headers).toEqual({
      of: 'somebody',
      'x-foyer-queue': subscription.queue,
      'x-foyer-partition': '0',
      'x-foyer-offset': '0',
      'x-foyer-reason': 'not_json',
      'x-foyer-detail': '/data',
    });
    await expect.poll(() => source.countDeadLetters()).toBe(1);
    await deadLetterTopic.stop();
    await drop();
  });

  it('receives the events of KafkaEventPublisher across lost connections', { timeout: 60_000 }, async () => {
    const { kafka, listen, drop } = await opened();
    const proxy = await startKafkaProxy(kafka);
    const publisher = new KafkaEventPublisher(kafkaSettings(kafka.port), createRecordingLog().log);
    const { texts, subscription } = recordSubscription();
    listen(subscription, proxy.port);
    const events = Array.from({ length: 30 }, (_, n) => buildEnvelope({ sequence: n }));
    for (const [n, event] of events.entries()) {
      await publisher.publish(event);
      if (n % 10 !== 5) continue;
      await expect.poll(() => texts.length, { timeout: 15_000 }).toBeGreaterThan(0);
      proxy.closeConnections();
    }
    await expect.poll(() => new Set(texts).size, { timeout: 30_000 }).toBe(30);
    expect(new Set(texts)).toEqual(new Set(events.map(({ payload }) => payload)));
    await publisher.close();
    await drop();
    await proxy.stop();
  });

  it('retries a group that it cannot join without a hot loop and stops at once', { timeout: 20_000 }, async () => {
    const { kafka, listen, drop } = await opened();
    await kafka.stop();
    const written = createRecordingLog();
    const source = listen(recordSubscription().subscription, kafka.port, written.log);
    await expect.poll(() => written.lines.length, { timeout: 10_000 }).toBeGreaterThan(0);
    await sleep(1_000);
    expect(written.lines.length).toBeLessThan(15);
    expect(written.lines[0]).toMatchObject({ msg: 'cannot listen to a queue: reconnecting after a pause' });
    const begun = performance.now();
    await source.close();
    expect(performance.now() - begun).toBeLessThan(6_000);
    await drop();
  });
});

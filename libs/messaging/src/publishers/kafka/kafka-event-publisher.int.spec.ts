import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createRecordingLog } from '#platform/observability/testing';
import { consumeKafka, type KafkaRecord, startKafka } from '../../../../../test/support/local-kafka.js';
import { startKafkaProxy } from '../../testing/kafka-proxy.js';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import { PermanentPublishError } from '../event-publisher.js';
import { remoteEventPublisherContract } from '../remote-event-publisher.contract.js';
import { KafkaEventPublisher } from './kafka-event-publisher.js';

const TOPIC = 'foyer.events';
const settingsOf = (port: number) => ({
  brokers: [`127.0.0.1:${port}`],
  topic: TOPIC,
  inboundTopic: 'foyer.inbound',
  tls: false,
  login: undefined,
});
const toReceived = ({ headers, payload }: KafkaRecord) => ({
  id: headers['ce_id'] ?? '',
  type: headers['ce_type'] ?? '',
  payload,
});

eventPublisherContract('KafkaEventPublisher', async () => {
  const kafka = await startKafka();
  const consumer = consumeKafka(`127.0.0.1:${kafka.port}`, TOPIC);
  return {
    publisher: new KafkaEventPublisher(settingsOf(kafka.port), createRecordingLog().log),
    received: () => consumer.records.map(toReceived),
    async drop() {
      await consumer.stop();
      await kafka.stop();
    },
  };
});

remoteEventPublisherContract('KafkaEventPublisher', async () => {
  const kafka = await startKafka();
  const consumer = consumeKafka(`127.0.0.1:${kafka.port}`, TOPIC);
  const proxy = await startKafkaProxy(kafka);
  return {
    proxy,
    createPublisher: () => new KafkaEventPublisher(settingsOf(proxy.port), createRecordingLog().log),
    received: () => consumer.records.map(toReceived),
    async drop() {
      await consumer.stop();
      await proxy.stop();
      await kafka.stop();
    },
  };
});

describe('KafkaEventPublisher', () => {
  it('sends the subject as key, one partition per subject, and the headers of the CloudEvents binding', async () => {
    const kafka = await startKafka();
    const consumer = consumeKafka(`127.0.0.1:${kafka.port}`, TOPIC);
    const publisher = new KafkaEventPublisher(settingsOf(kafka.port), createRecordingLog().log);
    const events = Array.from({ length: 40 }, (_, n) => buildEnvelope({ sequence: n }));
    for (const event of events) await publisher.publish(event);
    for (const { subject } of events) await publisher.publish(buildEnvelope({ subject, sequence: 100 }));
    await expect.poll(() => consumer.records.length).toBe(80);
    for (const { subject } of events) {
      const records = consumer.records.filter(({ key }) => key === subject);
      expect(records).toHaveLength(2);
      expect(new Set(records.map(({ partition }) => partition)).size).toBe(1);
    }
    expect(new Set(consumer.records.map(({ partition }) => partition)).size).toBe(4);
    const [event] = events;
    expect(consumer.records.find(({ payload }) => payload === event?.payload)?.headers).toEqual({
      'content-type': 'application/cloudevents+json',
      ce_id: event?.id,
      ce_type: 'test.happened.v1',
    });
    await publisher.close();
    await consumer.stop();
    await kafka.stop();
  });

  it('fails within ten seconds while the broker is stopped (SIGSTOP) and publishes after it resumes', async () => {
    const kafka = await startKafka();
    const publisher = new KafkaEventPublisher(settingsOf(kafka.port), createRecordingLog().log);
    await publisher.publish(buildEnvelope());
    process.kill(kafka.pid, 'SIGSTOP');
    const start = performance.now();
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow();
    expect(performance.now() - start).toBeLessThan(10_000);
    process.kill(kafka.pid, 'SIGCONT');
    await expect
      .poll(() => publisher.publish(buildEnvelope()).then(() => 'taken', String), { timeout: 15_000 })
      .toBe('taken');
    await publisher.close();
    await kafka.stop();
  });

  it('permanently refuses a record that the broker calls too large and reuses the connection', async () => {
    const kafka = await startKafka();
    const proxy = await startKafkaProxy(kafka);
    const written = createRecordingLog();
    const publisher = new KafkaEventPublisher(settingsOf(proxy.port), written.log);
    await publisher.publish(buildEnvelope());
    const { rewrite } = proxy;
    proxy.rewrite = (chunk) => {
      // The response for one record: length, correlation, one topic, one partition, and then the error code.
      const [answerBytes, errorAt, messageTooLarge] = [64, 34, 10];
      if (chunk.length === answerBytes && chunk.includes(TOPIC)) chunk.writeInt16BE(messageTooLarge, errorAt);
      return chunk;
    };
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow(PermanentPublishError);
    proxy.rewrite = rewrite;
    await publisher.publish(buildEnvelope());
    expect(written.lines).toEqual([]);
    await publisher.close();
    await proxy.stop();
    await kafka.stop();
  });

  it('uses TLS if configured and never sends a password in plain text', async () => {
    const receivedChunks: Buffer[] = [];
    const server = createServer((socket) =>
      socket.once('data', (chunk) => {
        receivedChunks.push(chunk);
        socket.destroy();
      }),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const login = { mechanism: 'plain' as const, username: 'foyer', password: 'hunter2' };
    const written = createRecordingLog();
    const publisher = new KafkaEventPublisher({ ...settingsOf(port), tls: true, login }, written.log);
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow();
    const tlsHandshake = 0x16;
    expect(receivedChunks[0]?.[0]).toBe(tlsHandshake);
    expect(Buffer.concat(receivedChunks).toString('latin1')).not.toContain('hunter2');
    expect(JSON.stringify(written.lines)).not.toContain('hunter2');
    await publisher.close();
    server.close();
  });
});

import amqp from 'amqplib';
import { createRecordingLog } from '#platform/observability/testing';
import { freshVhost } from '../../../../../test/support/fresh-vhost.js';
import { EVENTS_EXCHANGE } from '../../publishers/rabbitmq/event-topology.js';
import { type DeadLettersUnderTest, deadLettersContract } from '../dead-letters.contract.js';
import { eventSourceContract } from '../event-source.contract.js';
import { INBOUND_EXCHANGE } from './consumer-topology.js';
import { RabbitMqDeadLetters } from './rabbitmq-dead-letters.js';
import { RabbitMqEventSource } from './rabbitmq-event-source.js';

const openRabbitMq = async (): Promise<DeadLettersUnderTest> => {
  const vhost = await freshVhost();
  const connection = await amqp.connect(vhost.url);
  const open = async () => (await connection.createConfirmChannel()).on('error', () => (channel = undefined));
  let channel: Awaited<ReturnType<typeof open>> | undefined;
  return {
    durable: true,
    openDeadLetters: () => new RabbitMqDeadLetters(vhost.url),
    open: () => new RabbitMqEventSource(vhost.url, createRecordingLog().log),
    async send(arrival, { id, type, payload }) {
      channel ??= await open();
      channel.publish(arrival === 'events' ? EVENTS_EXCHANGE : INBOUND_EXCHANGE, type, Buffer.from(payload), {
        messageId: id,
      });
      await channel.waitForConfirms();
    },
    async drop() {
      await connection.close();
      await vhost.drop();
    },
  };
};

eventSourceContract('RabbitMqEventSource', openRabbitMq);
deadLettersContract('RabbitMqEventSource', openRabbitMq);

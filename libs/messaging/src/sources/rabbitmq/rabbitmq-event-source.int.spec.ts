import amqp from 'amqplib';
import { recordingLog } from '#platform/testing';
import { freshVhost } from '../../../../../test/support/vhost.js';
import { EVENTS } from '../../publishers/rabbitmq/topology.js';
import { eventSourceContract } from '../event-source.contract.js';
import { INBOUND } from './incoming-topology.js';
import { RabbitMqEventSource } from './rabbitmq-event-source.js';

eventSourceContract('RabbitMqEventSource', async () => {
  const vhost = await freshVhost();
  const connection = await amqp.connect(vhost.url);
  const open = async () => (await connection.createConfirmChannel()).on('error', () => (channel = undefined));
  let channel: Awaited<ReturnType<typeof open>> | undefined;
  return {
    durable: true,
    open: () => new RabbitMqEventSource(vhost.url, recordingLog().log),
    async send(arrival, { id, type, payload }) {
      channel ??= await open();
      channel.publish(arrival === 'events' ? EVENTS : INBOUND, type, Buffer.from(payload), { messageId: id });
      await channel.waitForConfirms();
    },
    async drop() {
      await connection.close();
      await vhost.drop();
    },
  };
});

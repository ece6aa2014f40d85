import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';

/**
 * The least that publishing costs: a confirm channel, so many unconfirmed messages at a time, batch by batch, to the same
 * exchange and the same queue. No database.
 */
const PAYLOAD = Buffer.from(JSON.stringify({ specversion: '1.0', data: { text: 'x'.repeat(400) } }));
const connection = await connect(process.env.RABBITMQ_URL);
const channel = await connection.createConfirmChannel();
await channel.assertQueue('bench.all', { durable: true, arguments: { 'x-queue-type': 'quorum' } });
await channel.assertExchange('bench.events', 'topic', { durable: true });
await channel.bindQueue('bench.all', 'bench.events', '#');

const publish = (n) =>
  new Promise((resolve, reject) => {
    const options = { mandatory: true, persistent: true, messageId: `m${n}`, type: 'bench.happened.v1' };
    channel.publish('bench.events', 'bench.happened.v1', PAYLOAD, options, (e) => (e ? reject(e) : resolve()));
  });

process.on('message', async ({ events, window }) => {
  const begun = performance.now();
  const before = process.cpuUsage();
  for (let sent = 0; sent < events; sent += window)
    await Promise.all(Array.from({ length: Math.min(window, events - sent) }, (_, n) => publish(sent + n)));
  const { user, system } = process.cpuUsage(before);
  process.send({ rate: (events / (performance.now() - begun)) * 1000, micros: (user + system) / events });
});
process.on('disconnect', () => process.exit());
await sleep(0);
process.send({});

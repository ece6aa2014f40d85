import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { useConnectionDraining } from './connection-draining.js';

it('LD-05 given a process that drains, then its answers send the client to another connection', async () => {
  let draining = false;
  const fastify = Fastify();
  useConnectionDraining(fastify, () => draining);
  fastify.get('/', async () => ({}));
  const connection = async () => (await fastify.inject('/')).headers['connection'];
  expect(await connection()).not.toBe('close');
  draining = true;
  expect(await connection()).toBe('close');
  await fastify.close();
});

it('LD-10 given a request that came before the end was asked for, then its answer closes its connection, too', async () => {
  let draining = false;
  const fastify = Fastify();
  useConnectionDraining(fastify, () => draining);
  fastify.get('/', async () => {
    draining = true;
    return {};
  });
  expect((await fastify.inject('/')).headers['connection']).toBe('close');
  await fastify.close();
});

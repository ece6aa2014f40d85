import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { useConnectionDraining } from './connection-draining.js';

it('closes the connection of every response while the process drains [LD-05]', async () => {
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

it('closes the connection of a request that arrived before the shutdown [LD-10]', async () => {
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

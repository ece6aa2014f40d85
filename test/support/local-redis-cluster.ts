import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type LocalServer, startRedis } from './local-servers.js';
import { freePort } from './ports.js';

/** Three masters of our own that share the slots, without replicas. */
export interface LocalRedisCluster {
  /** One per node, with the password. */
  readonly urls: readonly string[];
  readonly nodes: readonly LocalServer[];
  stop(): Promise<void>;
}

const NODES = 3;
const SLOTS = 16_384;
/** Where a node's cluster bus listens, counted from its port. */
const BUS_OFFSET = 10_000;
/** It needs to be encoded in a URL. */
const PASSWORD = 'p@ss:w/rd %';
const SETTINGS = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '5000', requirepass: PASSWORD };

export async function startRedisCluster(): Promise<LocalRedisCluster> {
  const nodes = await Promise.all(Array.from({ length: NODES }, startNode));
  const urls = nodes.map(({ port }) => `redis://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}`);
  const stop = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.stop())));
  try {
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { urls, nodes, stop };
}

/** On a port whose bus is free as well: the bus may lie where the system takes ports for outgoing connections. */
const startNode = async (): Promise<LocalServer> =>
  startRedis({ port: await freePort({ also: BUS_OFFSET }), settings: SETTINGS });

async function joinNodes(nodes: readonly LocalServer[]): Promise<void> {
  const clients = nodes.map(({ port }) => new Redis({ port, host: '127.0.0.1', password: PASSWORD }));
  try {
    await Promise.all(clients.map(assignSlots));
    await Promise.all(nodes.map(({ port }) => clients[0]?.cluster('MEET', '127.0.0.1', port)));
    await Promise.all(clients.map(waitUntilClusterIsOk));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** Each another epoch, as `redis-cli --cluster create` does, so that they need not agree on one first. */
async function assignSlots(client: Redis, at: number): Promise<void> {
  const [from, to] = [at, at + 1].map((n) => Math.floor((n * SLOTS) / NODES)) as [number, number];
  await client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(at + 1));
  await client.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, n) => from + n));
}

async function waitUntilClusterIsOk(client: Redis): Promise<void> {
  for (const deadline = Date.now() + 15_000; ; await sleep(50)) {
    const info = await client.cluster('INFO');
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`)) return;
    if (Date.now() > deadline) throw new Error(`the cluster is not whole after 15 s:\n${info}`);
  }
}

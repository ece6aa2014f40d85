import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { IdleConnections } from './idle-connections.js';

describe('IdleConnections', () => {
  const destroyed: string[] = [];
  const client = (name: string) => ({ connection: { stream: { destroy: () => destroyed.push(name) } } });

  it('drops idle connections once, and keeps those that are in use, broken or removed', () => {
    const pool = new EventEmitter();
    const idle = new IdleConnections(pool);
    const [used, resting, broken, removed] = ['used', 'resting', 'broken', 'removed'].map(client);
    for (const one of [used, resting, removed]) pool.emit('release', undefined, one);
    pool.emit('release', new Error('reset'), broken);
    pool.emit('acquire', used);
    pool.emit('remove', removed);
    idle.destroyAll();
    idle.destroyAll();
    expect(destroyed).toEqual(['resting']);
  });
});

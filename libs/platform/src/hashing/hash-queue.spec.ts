import { describe, expect, it } from 'vitest';
import type { HashPriority } from '#kernel';
import { HashQueue } from './hash-queue.js';

interface Waiting {
  readonly name: string;
  readonly priority: HashPriority;
}

const of = (priority: HashPriority, name: string): Waiting => ({ name, priority });

function queueOf(...all: Waiting[]): HashQueue<Waiting> {
  const queue = new HashQueue<Waiting>();
  for (const waiting of all) queue.add(waiting);
  return queue;
}

const take = (queue: HashQueue<Waiting>, count: number) => Array.from({ length: count }, () => queue.take()?.name);

describe('HashQueue', () => {
  it('lets activations go before logins, and logins before rehashes', () => {
    const queue = queueOf(of('rehash', 'r'), of('login', 'l'), of('activation', 'a'));
    expect(take(queue, 4)).toEqual(['a', 'l', 'r', undefined]);
  });

  it('keeps the order of arrival within a priority', () => {
    const queue = queueOf(of('login', '1'), of('login', '2'), of('login', '3'), of('login', '4'), of('login', '5'));
    expect(take(queue, 5)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('gives every fourth turn to whoever has waited longest', () => {
    const activations = Array.from({ length: 8 }, (_, n) => of('activation', `a${n}`));
    const queue = queueOf(of('rehash', 'r'), of('login', 'l'), ...activations);
    expect(take(queue, 8)).toEqual(['a0', 'a1', 'a2', 'r', 'a3', 'a4', 'a5', 'l']);
  });

  it('pushes out the youngest of the lowest priority', () => {
    const queue = queueOf(of('rehash', 'r1'), of('rehash', 'r2'), of('login', 'l1'), of('login', 'l2'));
    const out = Array.from({ length: 5 }, () => queue.pushOut('activation')?.name);
    expect(out).toEqual(['r2', 'r1', 'l2', 'l1', undefined]);
  });

  it('pushes nobody out for an equal or a lower priority', () => {
    const queue = queueOf(of('activation', 'a'), of('login', 'l'));
    expect([queue.pushOut('rehash'), queue.pushOut('login')]).toEqual([undefined, undefined]);
    expect(queueOf(of('activation', 'a')).pushOut('activation')).toBeUndefined();
  });

  it('knows whether somebody could be pushed out, and takes nobody out by looking', () => {
    const queue = queueOf(of('login', 'l'));
    expect([queue.canPushOut('activation'), queue.canPushOut('login'), queue.canPushOut('rehash')]).toEqual([
      ...[true, false, false],
    ]);
    expect(queue.size).toBe(1);
  });

  it('forgets who leaves', () => {
    const gone = of('login', 'gone');
    const queue = queueOf(gone, of('login', 'stays'));
    expect([queue.remove(gone), queue.remove(gone)]).toEqual([true, false]);
    expect(queue.size).toBe(1);
    expect(take(queue, 1)).toEqual(['stays']);
  });

  it('hands over all that wait and is empty', () => {
    const queue = queueOf(of('login', 'l'), of('activation', 'a'));
    expect(queue.clear()).toHaveLength(2);
    expect(queue.size).toBe(0);
  });
});

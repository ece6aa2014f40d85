import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BACKGROUND_HASH, type HashPriority, type HashTicket } from '#kernel';
import { HashQueue } from './hash-queue.js';

interface Waiting extends HashTicket {
  readonly name: string;
}

/** Each job from its own source, if none is given. */
const of = (
  priority: HashPriority,
  name: string,
  { source = name as string | null, customerId = null as string | null } = {},
): Waiting => ({ name, priority, source, customerId });

function queueOf(...all: Waiting[]): HashQueue<Waiting> {
  const queue = new HashQueue<Waiting>();
  for (const waiting of all) queue.enqueue(waiting);
  return queue;
}

const take = (queue: HashQueue<Waiting>, count: number) => Array.from({ length: count }, () => queue.dequeue()?.name);

describe('HashQueue', () => {
  it('takes activations before logins, and logins before rehashes', () => {
    const queue = queueOf(of('rehash', 'r'), of('login', 'l'), of('activation', 'a'));
    expect(take(queue, 4)).toEqual(['a', 'l', 'r', undefined]);
  });

  it('keeps the order of arrival within a priority', () => {
    const queue = queueOf(of('login', '1'), of('login', '2'), of('login', '3'), of('login', '4'), of('login', '5'));
    expect(take(queue, 5)).toEqual(['1', '2', '3', '4', '5']);
  });

  it('gives every fourth turn to the job that has waited longest', () => {
    const activations = Array.from({ length: 8 }, (_, n) => of('activation', `a${n}`));
    const queue = queueOf(of('rehash', 'r'), of('login', 'l'), ...activations);
    expect(take(queue, 8)).toEqual(['a0', 'a1', 'a2', 'r', 'a3', 'a4', 'a5', 'l']);
  });

  it('evicts the youngest job of the lowest priority', () => {
    const queue = queueOf(of('rehash', 'r1'), of('rehash', 'r2'), of('login', 'l1'), of('login', 'l2'));
    const out = Array.from({ length: 5 }, () => queue.evictFor(of('activation', 'comes'))?.name);
    expect(out).toEqual(['r2', 'r1', 'l2', 'l1', undefined]);
  });

  it('evicts no job for an equal or a lower priority', () => {
    const queue = queueOf(of('activation', 'a'), of('login', 'l'));
    expect([queue.evictFor(of('rehash', 'comes')), queue.evictFor(of('login', 'comes'))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(queueOf(of('activation', 'a')).evictFor(of('activation', 'comes'))).toBeUndefined();
  });

  it('checks whether a job could be evicted without evicting it', () => {
    const queue = queueOf(of('login', 'l'));
    expect([
      queue.canEvictFor(of('activation', 'comes')),
      queue.canEvictFor(of('login', 'comes')),
      queue.canEvictFor(of('rehash', 'comes')),
    ]).toEqual([...[true, false, false]]);
    expect(queue.size).toBe(1);
  });

  it('removes a cancelled job', () => {
    const gone = of('login', 'gone');
    const queue = queueOf(gone, of('login', 'stays'));
    expect([queue.remove(gone), queue.remove(gone)]).toEqual([true, false]);
    expect(queue.size).toBe(1);
    expect(take(queue, 1)).toEqual(['stays']);
  });

  it('returns all waiting jobs and is empty', () => {
    const queue = queueOf(of('login', 'l'), of('activation', 'a'));
    expect(queue.clear()).toHaveLength(2);
    expect(queue.size).toBe(0);
  });
});

describe('HashQueue with several owners', () => {
  const greedy = (name: string) => of('login', name, { source: 'greedy' });
  const names = (queue: HashQueue<Waiting>) => take(queue, queue.size).map(String);

  it('gives every source its turn, however many jobs another one has [AC-64]', () => {
    const queue = queueOf(greedy('g1'), greedy('g2'), greedy('g3'), greedy('g4'), of('login', 'a'), of('login', 'b'));
    // Every fourth turn goes to the job that has waited longest.
    expect(names(queue)).toEqual(['g1', 'a', 'b', 'g2', 'g3', 'g4']);
  });

  it('gives every customer a turn, however many sources one uses [AC-64]', () => {
    const job = (n: number) => of('login', `g${n}`, { source: `source ${n}`, customerId: 'greedy' });
    const other = of('login', 'a', { customerId: 'other' });
    expect(names(queueOf(job(1), job(2), job(3), other))).toEqual(['g1', 'a', 'g2', 'g3']);
  });

  it('treats background work as one owner, and counts it separately [AC-64]', () => {
    const background = (name: string): Waiting => ({ ...BACKGROUND_HASH, name });
    const queue = queueOf(background('e1'), background('e2'), background('e3'), of('login', 'a'), of('login', 'b'));
    expect([queue.size, queue.foregroundSize]).toEqual([5, 2]);
    expect(names(queue)).toEqual(['e1', 'a', 'b', 'e2', 'e3']);
    expect([queue.size, queue.foregroundSize]).toEqual([0, 0]);
  });

  it('evicts the youngest job of the owner with the most jobs for an owner with fewer [AC-64]', () => {
    const queue = queueOf(of('login', 'a'), greedy('g1'), greedy('g2'), greedy('g3'), of('login', 'b'));
    const comes = (name: string) => of('login', name);
    expect(queue.canEvictFor(comes('c'))).toBe(true);
    expect(queue.evictFor(comes('c'))?.name).toBe('g3');
    expect(queue.evictFor(comes('d'))?.name).toBe('g2');
    expect(queue.evictFor(comes('e')), 'all have as much').toBeUndefined();
    expect(queue.evictFor(greedy('g4')), 'of its own').toBeUndefined();
  });

  it('evicts from the owner with the most jobs of the lowest priority, and never background work [AC-64]', () => {
    const rehash = (name: string) => of('rehash', name, { source: 'greedy' });
    const queue = queueOf({ ...BACKGROUND_HASH, name: 'event' }, rehash('r1'), rehash('r2'), of('rehash', 'r3'));
    const out = Array.from({ length: 4 }, () => queue.evictFor(of('activation', 'comes'))?.name);
    expect(out).toEqual(['r2', 'r3', 'r1', undefined]);
    expect(queue.size).toBe(1);
  });

  it('counts the share of a source or a customer, whichever is larger [AC-64]', () => {
    const queue = queueOf(
      of('login', '1', { source: 's', customerId: 'c' }),
      of('activation', '2', { source: 's' }),
      of('login', '3', { source: 't', customerId: 'c' }),
      of('login', '4', { source: 'u', customerId: 'c' }),
    );
    const shareOf = (source: string | null, customerId: string | null) => queue.shareOf({ source, customerId });
    expect([shareOf('s', null), shareOf('s', 'c'), shareOf('t', null), shareOf('x', 'y')]).toEqual([2, 3, 1, 0]);
    take(queue, 4);
    expect(shareOf('s', 'c')).toBe(0);
    const done = queue.trackRunning(of('login', 'runs', { source: 's', customerId: 'c' }));
    expect([shareOf('s', null), shareOf(null, 'c')]).toEqual([1, 1]);
    done();
    expect([shareOf('s', null), shareOf(null, 'c')]).toEqual([0, 0]);
  });

  /** The step: an owner from 0 to 4 adds a job, or, if undefined, the queue takes a turn. */
  const events = fc.array(fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }), { maxLength: 120 });

  it('returns every added job once [AC-64]', () => {
    fc.assert(
      fc.property(
        events,
        fc.array(fc.constantFrom<HashPriority>('activation', 'login', 'rehash')),
        (steps, priorities) => {
          const queue = new HashQueue<Waiting>();
          const added: string[] = [];
          const taken: string[] = [];
          steps.forEach((owner, n) => {
            const next = owner === undefined ? queue.dequeue() : undefined;
            if (next) taken.push(next.name);
            if (owner === undefined) return;
            queue.enqueue(
              of(priorities[n % (priorities.length || 1)] ?? 'login', String(n), { source: `source ${owner}` }),
            );
            added.push(String(n));
          });
          taken.push(...names(queue));
          expect(taken.toSorted()).toEqual(added.toSorted());
          expect([queue.size, queue.foregroundSize, queue.shareOf({ source: 'source 0', customerId: null })]).toEqual([
            0, 0, 0,
          ]);
        },
      ),
    );
  });

  it('never lets a source wait for longer than one turn of each other source, whatever they add [AC-64]', () => {
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 30 }), (before, flood) => {
        const queue = new HashQueue<Waiting>();
        const add = (owner: number, name: string) => queue.enqueue(of('login', name, { source: `source ${owner}` }));
        before.forEach((owner, n) => {
          if (owner === undefined) queue.dequeue();
          else add(owner, `before ${n}`);
        });
        queue.enqueue(of('login', 'mine'));
        let turns = 0;
        for (let next = queue.dequeue(); next?.name !== 'mine'; next = queue.dequeue()) {
          turns++;
          for (let n = 0; n < flood; n++) add(turns % 5, `flood ${turns} ${n}`);
        }
        // Five other owners, and every fourth turn, which does not count.
        expect(turns).toBeLessThanOrEqual(Math.ceil((5 + 1) * (4 / 3)));
      }),
    );
  });
});

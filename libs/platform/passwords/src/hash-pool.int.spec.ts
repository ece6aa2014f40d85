import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BACKGROUND_HASH, HashingBusy, type HashPriority, type HashTicket, Unavailable } from '#kernel';
import { HashPool, type HashPoolOptions } from './hash-pool.js';

/** A thread that returns its input after 5 ms, reports 180 ms, and dies on request. */
const ECHO = script(`parentPort.on('message', ({ preHash }) => {
  if (preHash === 'die') throw new Error('died');
  if (preHash === 'exit') process.exit(1);
  setTimeout(() => parentPort.postMessage({ value: preHash, ms: 180 }), 5);
})`);
const SLOW = script(
  `parentPort.on('message', () => setTimeout(() => parentPort.postMessage({ value: '', ms: 1000 }), 2))`,
);
const FULL = 11; // two seconds of work at cost 12 on one thread: 11 × 180 ms

const pools: HashPool[] = [];
afterEach(() => {
  for (const pool of pools.splice(0)) pool.close();
});

function poolOf(options: Partial<HashPoolOptions> = {}): HashPool {
  const pool = new HashPool({ cost: 12, threads: 1, workerUrl: ECHO, ...options });
  pools.push(pool);
  return pool;
}

/** Each job from its own source. */
const ask = (pool: HashPool, name: string, priority: HashPriority = 'login', signal?: AbortSignal) =>
  askFor(pool, name, { priority, source: `source ${sources++}`, customerId: null }, signal);
const askFor = (pool: HashPool, name: string, ticket: HashTicket, signal?: AbortSignal) =>
  pool.run({ op: 'hash', preHash: name, cost: 4 }, ticket, signal);
let sources = 0;
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));
const outcome = (asked: Promise<unknown>) => asked.catch((error: unknown) => error);

describe('threads', () => {
  it('start on demand and never exceed their number', async () => {
    const pool = poolOf({ threads: 2 });
    expect(pool.threads).toBe(0);
    await ask(pool, 'one');
    await ask(pool, 'two');
    expect(pool.threads).toBe(1);
    const asked = times(3, (n) => ask(pool, String(n)));
    await delay(0);
    expect([pool.threads, pool.running, pool.waiting]).toEqual([2, 2, 1]);
    expect(await Promise.all(asked)).toEqual(['0', '1', '2']);
    expect([pool.threads, pool.running, pool.waiting]).toEqual([2, 0, 0]);
  });

  it('stop after an idle period, and start again', async () => {
    const pool = poolOf({ idleMs: 40 });
    await ask(pool, 'first');
    expect(pool.threads).toBe(1);
    await expect.poll(() => pool.threads).toBe(0);
    expect(await ask(pool, 'second')).toBe('second');
  });

  it('do not stop in the middle of a job', async () => {
    const pool = poolOf({ idleMs: 1 });
    for (const name of times(20, String)) expect(await ask(pool, name)).toBe(name);
    expect(pool.threads).toBe(1);
  });

  it.each(['die', 'exit'])('that %s fail their job and are replaced for the next', async (death) => {
    const pool = poolOf();
    const [dead, next] = [outcome(ask(pool, death)), ask(pool, 'next')];
    expect(await dead).toBeInstanceOf(Unavailable);
    expect(await dead).not.toBeInstanceOf(HashingBusy);
    expect(await next).toBe('next');
    expect(pool.threads).toBe(1);
  });

  it('that cannot start fail each job with the cause', async () => {
    const pool = poolOf({ workerUrl: new URL('./no-such-worker.js', import.meta.url) });
    for (const error of await Promise.all(times(3, () => outcome(ask(pool, 'x'))))) {
      expect(error).toBeInstanceOf(Unavailable);
      expect(error).toHaveProperty('cause.code', expect.stringContaining('MODULE_NOT_FOUND'));
    }
    expect([pool.threads, pool.running, pool.waiting]).toEqual([0, 0, 0]);
  });

  it('that Node refuses to create fail the job', async () => {
    const pool = poolOf({ workerUrl: new URL('http://127.0.0.1/worker.js') });
    expect(await outcome(ask(pool, 'x'))).toBeInstanceOf(Unavailable);
  });
});

describe('the queue', () => {
  it.each([1, 2])('accepts two seconds of work for %i thread(s), then rejects', async (threads) => {
    const pool = poolOf({ threads });
    const accepted = times(threads * (1 + FULL), (n) => ask(pool, String(n)));
    const refused = await outcome(ask(pool, 'too many'));
    expect(refused).toBeInstanceOf(HashingBusy);
    expect(pool.waiting).toBe(threads * FULL);
    expect(await Promise.all(accepted)).toHaveLength(threads * (1 + FULL));
  });

  it('returns a retry time after the queue is empty, with jitter', async () => {
    const pool = poolOf();
    const accepted = times(1 + FULL, (n) => ask(pool, String(n)));
    const refused = await Promise.all(times(60, () => outcome(ask(pool, 'too many'))));
    const seconds = new Set(refused.map((error) => (error instanceof HashingBusy ? error.retryAfter : undefined)));
    expect([...seconds].sort()).toEqual([2, 3, 4]);
    await Promise.all(accepted);
  });

  it('accepts fewer jobs when hashes take longer than expected', async () => {
    const pool = poolOf({ workerUrl: SLOW });
    for (const name of times(40, String)) await ask(pool, name);
    const asked = await Promise.all(times(8, (n) => outcome(ask(pool, String(n)))));
    expect(asked.filter((answer) => answer === '')).toHaveLength(3);
  });

  it('serves activations first, then logins, then rehashes', async () => {
    const pool = poolOf();
    const running = ask(pool, 'running');
    const order: unknown[] = [];
    const later = (['rehash', 'login', 'activation'] as const).map(async (name) =>
      order.push(await ask(pool, name, name)),
    );
    await Promise.all([running, ...later]);
    expect(order).toEqual(['activation', 'login', 'rehash']);
  });

  it('lets an activation evict the youngest job of the lowest priority, and no other', async () => {
    const pool = poolOf();
    const running = ask(pool, 'running');
    const rehash = outcome(ask(pool, 'rehash', 'rehash'));
    const logins = times(FULL - 1, (n) => outcome(ask(pool, String(n))));
    const activations = times(2, () => ask(pool, 'activated', 'activation'));
    expect(await rehash).toBeInstanceOf(HashingBusy);
    expect(await logins.at(-1)).toBeInstanceOf(HashingBusy);
    expect(await outcome(ask(pool, 'one more'))).toBeInstanceOf(HashingBusy);
    expect(await Promise.all(activations)).toEqual(['activated', 'activated']);
    expect(await Promise.all(logins.slice(0, -1))).toEqual(times(FULL - 2, String));
    await running;
  });

  it('rejects an activation when only activations wait', async () => {
    const pool = poolOf();
    const accepted = times(1 + FULL, (n) => ask(pool, String(n), 'activation'));
    expect(await outcome(ask(pool, 'too many', 'activation'))).toBeInstanceOf(HashingBusy);
    await Promise.all(accepted);
  });

  it('drops the job of a disconnected client, which makes room', async () => {
    const pool = poolOf();
    const request = new AbortController();
    const running = ask(pool, 'running');
    const gone = outcome(ask(pool, 'gone', 'login', request.signal));
    const others = times(FULL - 1, (n) => ask(pool, String(n)));
    request.abort(new Error('gone'));
    expect(await gone).toHaveProperty('message', 'gone');
    expect(await ask(pool, 'instead')).toBe('instead');
    await Promise.all([running, ...others]);
  });

  it('does not cancel a running job', async () => {
    const pool = poolOf();
    const request = new AbortController();
    const running = ask(pool, 'running', 'login', request.signal);
    await delay(0);
    request.abort();
    expect(await running).toBe('running');
  });
});

describe('the queue, between owners', () => {
  const OWNED = 5; // a second of work, with what runs
  const login = (source: string, customerId: string | null = null): HashTicket => ({
    ...{ priority: 'login', source, customerId },
  });

  it.each([
    ['one source', (n: number) => login('greedy', `customer ${n}`)],
    ['one customer', (n: number) => login(`source ${n}`, 'greedy')],
  ])('gives %s at most half of it, and the rest to others [AC-64]', async (_, ticket) => {
    const pool = poolOf();
    const accepted = times(OWNED, (n) => askFor(pool, String(n), ticket(n)));
    await delay(0);
    const refused = times(20, (n) => outcome(askFor(pool, 'too many', ticket(n))));
    expect(() => pool.assertCapacity(ticket(0))).toThrow(HashingBusy);
    expect(() => pool.assertCapacity(login('another'))).not.toThrow();
    const others = times(1 + FULL - OWNED, (n) => ask(pool, String(n)));
    for (const error of await Promise.all(refused)) expect(error).toBeInstanceOf(HashingBusy);
    expect(await Promise.all([...accepted, ...others])).toHaveLength(1 + FULL);
  });

  it('lets one source use all of it for activations [AC-64]', async () => {
    const pool = poolOf();
    const activation = { priority: 'activation', source: 'an office', customerId: null } as const;
    expect(await Promise.all(times(1 + FULL, (n) => askFor(pool, String(n), activation)))).toHaveLength(1 + FULL);
  });

  it('lets a new owner evict the youngest job of the owner with the most jobs [AC-64]', async () => {
    const pool = poolOf();
    const running = ask(pool, 'running');
    const greedy = times(OWNED, (n) => outcome(askFor(pool, String(n), login('greedy'))));
    const others = times(FULL - OWNED, (n) => ask(pool, String(n)));
    pool.assertCapacity(login('newCustomer'));
    expect(await Promise.all([askFor(pool, 'in', login('newCustomer')), running, ...others])).toHaveLength(
      2 + FULL - OWNED,
    );
    expect((await Promise.all(greedy)).map((answer) => answer instanceof HashingBusy)).toEqual([
      ...times(OWNED - 1, () => false),
      true,
    ]);
  });

  it('answers all owners in turn while one source keeps its share full [AC-64]', async () => {
    const pool = poolOf();
    let attacking = true;
    const attackers = times(20, async () => {
      while (attacking) await outcome(askFor(pool, 'attack', login('greedy', 'greedy'))).then(() => delay(1));
    });
    await delay(20);
    for (let n = 0; n < 41; n++) expect(await ask(pool, `login ${n}`)).toBe(`login ${n}`);
    attacking = false;
    await Promise.all(attackers);
  });

  it('lets background work wait without displacing requests [AC-64]', async () => {
    const pool = poolOf();
    const background = times(30, (n) => askFor(pool, `event ${n}`, BACKGROUND_HASH));
    const people = times(FULL, (n) => ask(pool, String(n)));
    expect(pool.waiting).toBe(29 + FULL);
    pool.assertCapacity(BACKGROUND_HASH);
    expect(await outcome(ask(pool, 'too many'))).toBeInstanceOf(HashingBusy);
    expect(await Promise.all([...background, ...people])).toHaveLength(30 + FULL);
  });

  it('accepts one job of each owner however long a hash takes [AC-64]', async () => {
    const pool = poolOf({ cost: 15 });
    const asked = [ask(pool, 'runs'), ask(pool, 'waits')];
    expect(await outcome(ask(pool, 'too many'))).toBeInstanceOf(HashingBusy);
    expect(await Promise.all(asked)).toEqual(['runs', 'waits']);
  });
});

describe('close', () => {
  it('rejects running, waiting and new jobs at once', async () => {
    const pool = poolOf({ workerUrl: script('setInterval(() => {}, 1000)') });
    const asked = times(3, (n) => outcome(ask(pool, String(n))));
    await delay(20);
    const started = vi.fn();
    process.on('worker', started);
    pool.close();
    const late = outcome(ask(pool, 'late'));
    for (const error of await Promise.all([...asked, late])) {
      expect(error).toBeInstanceOf(Unavailable);
      expect(error).not.toBeInstanceOf(HashingBusy);
    }
    await delay(0);
    process.off('worker', started);
    expect(started).not.toHaveBeenCalled();
    expect([pool.threads, pool.running, pool.waiting]).toEqual([0, 0, 0]);
  });

  it('rejects jobs on their way to a thread', async () => {
    const pool = poolOf();
    const asked = outcome(ask(pool, 'just now'));
    pool.close();
    expect(await asked).toBeInstanceOf(Unavailable);
  });
});

function script(body: string): URL {
  return new URL(`data:text/javascript,import { parentPort } from 'node:worker_threads';${encodeURIComponent(body)}`);
}

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '#kernel';
import type { Database } from '#platform/database';
import { InMemoryRevocationHints } from '../../testing/in-memory-revocation-hints.js';
import { RevocationPoller } from './revocation-poller.js';

const CLAIMS = { customerId: 'mia', sessionId: 's', generation: 0, roles: [], scopes: [], authTime: null };
const MINUTE = 60_000;

/** Answers what it is told to, and counts who asks for what. */
class StubRevocationDatabase {
  readonly dialect = 'postgres';
  rows: object[] = [];
  away = false;
  slowMs = 0;
  /** What the reads of all asked for since when. */
  readonly polls: unknown[] = [];
  tokenQueries = 0;

  async query(sql: string, values: readonly unknown[]): Promise<object[]> {
    if (sql.includes('revoked_ms > ?')) this.polls.push(values[0]);
    else this.tokenQueries++;
    if (this.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    if (this.away) throw new Unavailable();
    return this.rows;
  }

  revoke(session: string | null, generation: number | null = null, kept: string | null = null, at = 100_000): void {
    const whose = { customer_id: 'mia', session_id: session, generation, kept_session_id: kept };
    this.rows = [...this.rows, { ...whose, revoked_ms: String(at), life_ms: 15 * MINUTE, now_ms: at }];
  }
}

describe('RevocationWatch', () => {
  let table: StubRevocationDatabase;
  let hints: InMemoryRevocationHints;
  let watch: RevocationPoller;
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const refused = (claims: Partial<typeof CLAIMS> = {}) => watch.isRevoked({ ...CLAIMS, ...claims });

  beforeEach(() => {
    vi.useFakeTimers();
    [table, hints] = [new StubRevocationDatabase(), new InMemoryRevocationHints()];
    watch = new RevocationPoller(table as unknown as Database, hints);
  });
  afterEach(() => {
    watch.onApplicationShutdown();
    vi.useRealTimers();
  });

  it('given the first token, then the database is asked for it', async () => {
    table.revoke('s');
    expect(await refused()).toBe(true);
    expect(table.tokenQueries).toBe(1);
    expect(await refused({ sessionId: 'another' })).toBe(false);
  });

  it('given tokens all the time, then one read in 400 ms for all of them, and none for one of them', async () => {
    await refused();
    await pass(0);
    const { tokenQueries } = table;
    for (let n = 0; n < 100; n++) {
      await refused();
      await pass(40);
    }
    expect([table.tokenQueries, table.polls.length]).toEqual([tokenQueries, 1 + 10]);
  });

  it('given a revocation elsewhere, then it is known with the next read', async () => {
    await refused();
    await pass(0);
    table.revoke('s');
    expect(await refused()).toBe(false);
    await pass(400);
    expect(await refused()).toBe(true);
  });

  it('given a hint, then at once', async () => {
    await refused();
    await pass(0);
    table.revoke('s');
    hints.receiveHint();
    await pass(0);
    expect(await refused()).toBe(true);
  });

  it('given one of our own, then at once, and others get a hint', async () => {
    await refused();
    watch.addRevocation({
      customerId: 'mia',
      sessionId: 's',
      generation: null,
      kept: null,
      expiresAt: Date.now() + 15 * MINUTE,
    });
    expect([await refused(), hints.published]).toEqual([true, 1]);
  });

  it('given a read, then the next one goes back half a minute: what was written may be committed later', async () => {
    table.revoke('another', null, null, 500_000);
    await refused();
    await pass(400);
    expect(table.polls.slice(0, 2)).toEqual([0, 470_000]);
    table.rows = [];
    await pass(400);
    expect(table.polls.at(-1)).toBe(470_000);
  });

  it('given no token for ten seconds, then nothing is read, until there is one', async () => {
    await refused();
    await pass(11_000);
    const { polls, tokenQueries } = table;
    const read = polls.length;
    await pass(10 * MINUTE);
    expect(polls.length).toBe(read);
    table.revoke('s');
    expect(await refused()).toBe(true);
    expect(table.tokenQueries).toBe(tokenQueries + 1);
    await pass(800);
    expect(polls.length).toBeGreaterThan(read + 1);
  });

  it('given no good read for a second, then the database is asked for each token', async () => {
    await refused();
    await pass(0);
    table.slowMs = 5_000;
    await pass(1_500);
    table.slowMs = 0;
    table.revoke('s');
    expect([await refused(), await refused()]).toEqual([true, true]);
    expect(table.tokenQueries).toBe(3);
  });

  it('given a database that is away, then for a second what is known, and after that nobody is let in', async () => {
    await refused();
    await pass(0);
    table.away = true;
    await pass(900);
    expect(await refused()).toBe(false);
    await pass(200);
    await expect(refused()).rejects.toBeInstanceOf(Unavailable);
    table.away = false;
    expect(await refused()).toBe(false);
  });

  it('given slow reads, then one at a time', async () => {
    await refused();
    await pass(0);
    table.slowMs = 2_000;
    const before = table.polls.length;
    await pass(2_000);
    expect(table.polls.length).toBe(before + 1);
  });

  it('given all of a customer, then what is of an earlier generation, but not the one that goes on', async () => {
    table.revoke(null, 2, 'kept');
    expect(await refused({ generation: 1 })).toBe(true);
    expect(await refused({ generation: 2 })).toBe(false);
    expect(await refused({ generation: 1, sessionId: 'kept' })).toBe(false);
    expect(await refused({ generation: 1, customerId: 'eve' })).toBe(false);
  });

  it('given the end of the program, then nothing is read any more', async () => {
    await refused();
    await pass(0);
    watch.onApplicationShutdown();
    const { length } = table.polls;
    await pass(5_000);
    expect(table.polls.length).toBe(length);
  });
});

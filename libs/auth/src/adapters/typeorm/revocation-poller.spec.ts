import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Unavailable } from '#kernel';
import type { Database } from '#platform/database';
import { InMemoryRevocationHints } from '../../testing/in-memory-revocation-hints.js';
import { RevocationPoller } from './revocation-poller.js';

const CLAIMS = { customerId: 'mia', sessionId: 's', generation: 0, roles: [], scopes: [], authTime: null };
const MINUTE = 60_000;

/** Returns the configured rows, and records the queries. */
class StubRevocationDatabase {
  readonly dialect = 'postgres';
  rows: object[] = [];
  away = false;
  slowMs = 0;
  /** The `since` value of each poll. */
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

describe('RevocationPoller', () => {
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

  it('queries the database for the first token', async () => {
    table.revoke('s');
    expect(await refused()).toBe(true);
    expect(table.tokenQueries).toBe(1);
    expect(await refused({ sessionId: 'another' })).toBe(false);
  });

  it('polls every 400 ms while tokens arrive, without a query per token', async () => {
    await refused();
    await pass(0);
    const { tokenQueries } = table;
    for (let n = 0; n < 100; n++) {
      await refused();
      await pass(40);
    }
    expect([table.tokenQueries, table.polls.length]).toEqual([tokenQueries, 1 + 10]);
  });

  it('learns of a remote revocation with the next poll', async () => {
    await refused();
    await pass(0);
    table.revoke('s');
    expect(await refused()).toBe(false);
    await pass(400);
    expect(await refused()).toBe(true);
  });

  it('polls at once after a hint', async () => {
    await refused();
    await pass(0);
    table.revoke('s');
    hints.receiveHint();
    await pass(0);
    expect(await refused()).toBe(true);
  });

  it('applies a local revocation at once and publishes a hint', async () => {
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

  it('overlaps polls by 30 seconds, because revocations may be committed late', async () => {
    table.revoke('another', null, null, 500_000);
    await refused();
    await pass(400);
    expect(table.polls.slice(0, 2)).toEqual([0, 470_000]);
    table.rows = [];
    await pass(400);
    expect(table.polls.at(-1)).toBe(470_000);
  });

  it('stops polling after ten seconds without a token, until the next one', async () => {
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

  it('queries the database per token after a second without a successful poll', async () => {
    await refused();
    await pass(0);
    table.slowMs = 5_000;
    await pass(1_500);
    table.slowMs = 0;
    table.revoke('s');
    expect([await refused(), await refused()]).toEqual([true, true]);
    expect(table.tokenQueries).toBe(3);
  });

  it('uses cached revocations for a second when the database is down, then throws Unavailable', async () => {
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

  it('runs one poll at a time when polls are slow', async () => {
    await refused();
    await pass(0);
    table.slowMs = 2_000;
    const before = table.polls.length;
    await pass(2_000);
    expect(table.polls.length).toBe(before + 1);
  });

  it('revokes earlier generations of a customer except the kept session', async () => {
    table.revoke(null, 2, 'kept');
    expect(await refused({ generation: 1 })).toBe(true);
    expect(await refused({ generation: 2 })).toBe(false);
    expect(await refused({ generation: 1, sessionId: 'kept' })).toBe(false);
    expect(await refused({ generation: 1, customerId: 'eve' })).toBe(false);
  });

  it('stops polling on shutdown', async () => {
    await refused();
    await pass(0);
    watch.onApplicationShutdown();
    const { length } = table.polls;
    await pass(5_000);
    expect(table.polls.length).toBe(length);
  });
});

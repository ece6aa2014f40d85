import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ids, Unavailable } from '#kernel';
import { SystemClock } from '#platform/async';
import type { Settings } from '#platform/config';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import type { TokenClaims } from '../../application/ports.js';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { InMemoryRevocationHints } from '../../testing/in-memory-revocation-hints.js';
import { RevocationPoller } from './revocation-poller.js';
import { TypeOrmRevocations } from './typeorm-revocations.js';

const SETTINGS = { accessTokenTtlSeconds: 900 } as Settings;
const IDS: Ids = { next: () => randomUUID(), opaque: () => randomUUID() };
const WITHIN = { timeout: 1_000, interval: 20 };
const LATEST_MS = 1_000;

describe.each(DATABASES)('revocations on %s', (_, fresh) => {
  let opened: OpenDatabase;
  let here: RevocationPoller;
  let elsewhere: RevocationPoller;
  let revocations: TypeOrmRevocations;
  let claims: TokenClaims;
  const transaction = <T>(work: () => Promise<T>) => opened.database.runInTransaction(work);

  beforeAll(async () => {
    opened = await openAuthDatabase(fresh);
  });
  afterAll(() => opened.drop());
  beforeEach(async () => {
    here = new RevocationPoller(opened.database, new InMemoryRevocationHints());
    elsewhere = new RevocationPoller(opened.database, new InMemoryRevocationHints());
    revocations = new TypeOrmRevocations(opened.database, SETTINGS, here, new SystemClock(), IDS);
    claims = {
      customerId: randomUUID(),
      sessionId: randomUUID(),
      generation: 0,
      roles: [],
      scopes: [],
      authTime: null,
    };
    // Both have polled once, so that no further query per token follows.
    for (const watch of [here, elsewhere]) expect(await watch.isRevoked(claims)).toBe(false);
    await sleep(50);
  });
  afterEach(() => {
    for (const watch of [here, elsewhere]) watch.onApplicationShutdown();
  });

  it('applies a committed revocation locally at once and elsewhere within a second, without hints', async () => {
    const expiresAt = await transaction(() => revocations.revokeSession(claims.customerId, claims.sessionId));
    expect(await here.isRevoked(claims)).toBe(true);
    await expect.poll(() => elsewhere.isRevoked(claims), WITHIN).toBe(true);
    expect(await elsewhere.isRevoked({ ...claims, sessionId: randomUUID() })).toBe(false);
    expect(expiresAt.getTime() - Date.now()).toBeGreaterThan(900_000);
  });

  it('ignores a revocation that is rolled back', async () => {
    const changed = transaction(async () => {
      await revocations.revokeSession(claims.customerId, claims.sessionId);
      throw new Error('changed its mind');
    });
    await expect(changed).rejects.toThrow('changed its mind');
    await sleep(500);
    expect([await here.isRevoked(claims), await elsewhere.isRevoked(claims)]).toEqual([false, false]);
  });

  it('reads a revocation that is committed after later ones', async () => {
    let commit: () => void = () => undefined;
    const told = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const late = transaction(async () => {
      await revocations.revokeSession(claims.customerId, claims.sessionId);
      await told;
    });
    await sleep(20);
    const other = { ...claims, sessionId: randomUUID() };
    await transaction(() => revocations.revokeSession(other.customerId, other.sessionId));
    await expect.poll(() => elsewhere.isRevoked(other), WITHIN).toBe(true);
    expect(await elsewhere.isRevoked(claims)).toBe(false);
    commit();
    await late;
    await expect.poll(() => elsewhere.isRevoked(claims), WITHIN).toBe(true);
  });

  it('revokes all earlier generations of a customer except the kept session', async () => {
    const kept = randomUUID();
    await transaction(() => revocations.revokeCustomer(claims.customerId, 1, kept));
    for (const watch of [here, elsewhere]) {
      await expect.poll(() => watch.isRevoked(claims), WITHIN).toBe(true);
      expect(await watch.isRevoked({ ...claims, sessionId: kept })).toBe(false);
      expect(await watch.isRevoked({ ...claims, generation: 1 })).toBe(false);
      expect(await watch.isRevoked({ ...claims, customerId: randomUUID() })).toBe(false);
    }
  });

  it('knows earlier revocations with the first token after the start', async () => {
    await transaction(() => revocations.revokeSession(claims.customerId, claims.sessionId));
    const all = { ...claims, customerId: randomUUID(), sessionId: randomUUID() };
    await transaction(() => revocations.revokeCustomer(all.customerId, 1, null));
    const fresh = new RevocationPoller(opened.database, new InMemoryRevocationHints());
    expect([await fresh.isRevoked(claims), await fresh.isRevoked(all)]).toEqual([true, true]);
    expect(await fresh.isRevoked({ ...claims, sessionId: randomUUID() })).toBe(false);
    await sleep(50);
    expect([await fresh.isRevoked(claims), await fresh.isRevoked(all)]).toEqual([true, true]);
    fresh.onApplicationShutdown();
  });

  it('throws Unavailable one second after the database is lost [AC-54]', async () => {
    const { database, drop } = await openAuthDatabase(fresh);
    const watch = new RevocationPoller(database, new InMemoryRevocationHints());
    expect(await watch.isRevoked(claims)).toBe(false);
    await drop();
    await sleep(LATEST_MS + 50);
    await expect(watch.isRevoked(claims)).rejects.toThrow();
    await expect(watch.isRevoked(claims)).rejects.toBeInstanceOf(Unavailable);
    watch.onApplicationShutdown();
  });
});

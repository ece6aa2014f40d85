import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CodeStore, StoreClaimResult } from '../application/ports.js';
import {
  aCodeAddress,
  CLAIM_TERMS,
  type CodeStoreFixture,
  MINUTE,
  randomMacHex,
  wrongOutcome,
} from '../testing/code-store-fixture.js';

/** INV-01: one of many concurrent requests with the correct code is granted. */
export async function expectOneWinner(connections: readonly CodeStore[]): Promise<void> {
  const outcomes = await claimConcurrently(connections, (mac) => mac);
  expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(49);
}

/** INV-02 RC-02: three of fifty concurrent wrong codes are evaluated. */
export async function expectThreeEvaluated(connections: readonly CodeStore[]): Promise<void> {
  const outcomes = await claimConcurrently(connections, randomMacHex);
  const remaining = outcomes.map((claim) => (claim.outcome === 'wrong' ? claim.attemptsRemaining : undefined));
  expect(remaining.filter((left) => left !== undefined).sort()).toEqual([0, 1, 2]);
  expect(outcomes.filter(({ outcome }) => outcome === 'expired')).toHaveLength(47);
}

async function claimConcurrently(
  connections: readonly CodeStore[],
  typed: (mac: string) => string,
): Promise<readonly StoreClaimResult[]> {
  const [address, mac] = [aCodeAddress(), randomMacHex()];
  await connections[0]?.saveCode(address, mac, 4, MINUTE);
  const claims = Array.from({ length: 50 }, (_, n) =>
    connections[n % connections.length]?.claimCode(address, [typed(mac)], randomUUID(), CLAIM_TERMS),
  );
  return (await Promise.all(claims)).filter((claim) => claim !== undefined);
}

/** Contract for fifty concurrent requests. */
export function codeRacesContract(fixture: CodeStoreFixture): void {
  const { put, attemptsLeft } = fixture;

  it('grants exactly one of fifty concurrent correct codes [INV-01]', () =>
    expectOneWinner(fixture.underTest.connections));

  it('evaluates three of fifty concurrent wrong codes [RC-02]', () =>
    expectThreeEvaluated(fixture.underTest.connections));

  it('returns one outcome for one request that arrives fifty times', async () => {
    await put();
    const sent = Array.from({ length: 50 }, (_, n) =>
      fixture.underTest.connections[n % fixture.underTest.connections.length]?.claimCode(
        fixture.address,
        [randomMacHex()],
        'the same',
        CLAIM_TERMS,
      ),
    );
    expect(new Set((await Promise.all(sent)).map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify(wrongOutcome(2))]),
    );
    expect(await attemptsLeft()).toBe(2);
  });
}

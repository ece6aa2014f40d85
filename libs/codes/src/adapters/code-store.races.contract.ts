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

/** INV-01: one right code has one winner, however many type it at once. */
export async function expectOneWinner(connections: readonly CodeStore[]): Promise<void> {
  const outcomes = await claimConcurrently(connections, (mac) => mac);
  expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(49);
}

/** INV-02 RC-02: of fifty wrong codes at once three are looked at. */
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

/** Fifty at once. */
export function codeRacesContract(fixture: CodeStoreFixture): void {
  const { put, attemptsLeft } = fixture;

  it('INV-01 grants fifty right codes at once exactly once', () => expectOneWinner(fixture.underTest.connections));

  it('RC-02 evaluates three of fifty wrong codes at once', () => expectThreeEvaluated(fixture.underTest.connections));

  it('gives one request that arrives fifty times one outcome', async () => {
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

import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CodeStore, Comparison } from '../application/ports.js';
import { anAddress, type CodeScene, hex, MINUTE, TERMS, wrong } from '../testing/code-scene.js';

/** INV-01: one right code has one winner, however many type it at once. */
export async function oneWinner(connections: readonly CodeStore[]): Promise<void> {
  const outcomes = await race(connections, (mac) => mac);
  expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1);
  expect(outcomes.filter(({ outcome }) => outcome === 'busy')).toHaveLength(49);
}

/** INV-02 RC-02: of fifty wrong codes at once three are looked at. */
export async function threeEvaluated(connections: readonly CodeStore[]): Promise<void> {
  const outcomes = await race(connections, hex);
  const remaining = outcomes.map((claim) => (claim.outcome === 'wrong' ? claim.attemptsRemaining : undefined));
  expect(remaining.filter((left) => left !== undefined).sort()).toEqual([0, 1, 2]);
  expect(outcomes.filter(({ outcome }) => outcome === 'expired')).toHaveLength(47);
}

async function race(connections: readonly CodeStore[], typed: (mac: string) => string): Promise<readonly Comparison[]> {
  const [address, mac] = [anAddress(), hex()];
  await connections[0]?.put(address, mac, 4, MINUTE);
  const claims = Array.from({ length: 50 }, (_, n) =>
    connections[n % connections.length]?.claim(address, [typed(mac)], randomUUID(), TERMS),
  );
  return (await Promise.all(claims)).filter((claim) => claim !== undefined);
}

/** Fifty at once. */
export function codeRacesContract(scene: CodeScene): void {
  const { put, left } = scene;

  it('INV-01 grants fifty right codes at once exactly once', () => oneWinner(scene.under.connections));

  it('RC-02 evaluates three of fifty wrong codes at once', () => threeEvaluated(scene.under.connections));

  it('gives one request that arrives fifty times one outcome', async () => {
    await put();
    const sent = Array.from({ length: 50 }, (_, n) =>
      scene.under.connections[n % scene.under.connections.length]?.claim(scene.address, [hex()], 'the same', TERMS),
    );
    expect(new Set((await Promise.all(sent)).map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify(wrong(2))]),
    );
    expect(await left()).toBe(2);
  });
}

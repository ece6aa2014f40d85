import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClaimTerms, CodeStore, Comparison } from '../application/ports.js';
import type { CodeAddress } from '../facade.js';

/** One store, seen over several connections, and its clock. */
export interface CodeStoreUnderTest {
  readonly connections: readonly [CodeStore, ...CodeStore[]];
  /** Unix milliseconds by the store's clock. */
  now(): number;
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const MINUTE = 60_000;
const SHORT = 120;
const TERMS: ClaimTerms = { maxTries: 3, holdMs: 10_000, graceMs: MINUTE };
const GRANTED = { outcome: 'granted' };
const EXPIRED = { outcome: 'expired' };
const BUSY = { outcome: 'busy' };
const wrong = (attemptsRemaining: number) => ({ outcome: 'wrong', attemptsRemaining });
const hex = () => randomUUID().replaceAll('-', '').repeat(2);
const anAddress = (): CodeAddress => ({ identifierHash: hex(), purpose: 'registration', subject: randomUUID() });

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

/** What every `CodeStore` must do. */
export function codeStoreContract(name: string, open: () => Promise<CodeStoreUnderTest>): void {
  describe(`${name} is a CodeStore`, () => {
    let under: CodeStoreUnderTest;
    let store: CodeStore;
    let address: CodeAddress;
    let mac: string;

    const claim = (typed = mac, request: string = randomUUID(), terms: Partial<ClaimTerms> = {}) =>
      store.claim(address, [typed], request, { ...TERMS, ...terms });
    const put = (life = MINUTE) => store.put(address, mac, 4, life);
    const left = async () => (await store.status(address, TERMS.maxTries))?.attemptsRemaining;

    beforeAll(async () => {
      under = await open();
      [store] = under.connections;
    });
    beforeEach(() => {
      [address, mac] = [anAddress(), hex()];
    });
    afterAll(() => under.drop());

    it('knows no code before one was put', async () => {
      expect(await claim()).toEqual(EXPIRED);
      expect(await store.status(address, 3)).toBeNull();
      expect(await store.restart(address, mac, MINUTE)).toBe(false);
    });

    it('grants a right code, under whichever key of the ring it is right', async () => {
      await put();
      expect(await store.claim(address, [hex(), mac, hex()], randomUUID(), TERMS)).toEqual(GRANTED);
    });

    it('counts wrong codes down and burns the code with the third', async () => {
      await put();
      expect([await claim(hex()), await claim(hex())]).toEqual([wrong(2), wrong(1)]);
      expect(await claim(hex())).toEqual(wrong(0));
      expect([await claim(), await claim(hex())]).toEqual([EXPIRED, EXPIRED]);
      expect(await store.status(address, 3)).toBeNull();
    });

    it('does not count a right code as a try', async () => {
      await put();
      await claim(hex());
      expect(await claim(mac, 'mine')).toEqual(GRANTED);
      expect(await left()).toBe(2);
    });

    it('tells when the code dies, how many tries are left and how long it is', async () => {
      await store.put(address, mac, 8, MINUTE);
      const status = await store.status(address, 3);
      expect(Math.abs((status?.expiresAt.getTime() ?? 0) - under.now() - MINUTE)).toBeLessThan(1_000);
      expect(status).toMatchObject({ attemptsRemaining: 3, length: 8 });
      await claim(hex());
      expect(await left()).toBe(2);
    });

    describe('the same request again', () => {
      it('gets the same outcome and is not counted twice', async () => {
        await put();
        expect([await claim(hex(), 'once'), await claim(mac, 'once')]).toEqual([wrong(2), wrong(2)]);
        expect(await left()).toBe(2);
      });

      it('keeps its claim', async () => {
        await put();
        expect([await claim(mac, 'mine'), await claim(mac, 'mine')]).toEqual([GRANTED, GRANTED]);
        expect(await claim(mac, 'other')).toEqual(BUSY);
      });

      it('finds the outcome of the try that burnt the code', async () => {
        await put();
        await claim(hex());
        await claim(hex());
        expect([await claim(hex(), 'third'), await claim(hex(), 'third')]).toEqual([wrong(0), wrong(0)]);
      });

      it('is looked at anew when it was busy before', async () => {
        await put();
        await claim(mac, 'holder');
        expect(await claim(mac, 'waiting')).toEqual(BUSY);
        await store.release(address, 'holder');
        expect(await claim(mac, 'waiting')).toEqual(GRANTED);
      });
    });

    describe('a claim', () => {
      it('keeps everybody else out, uncounted', async () => {
        await put();
        await claim(mac, 'holder');
        expect([await claim(), await claim(hex())]).toEqual([BUSY, BUSY]);
        expect(await left()).toBe(3);
      });

      it('lapses', async () => {
        await put();
        await claim(mac, 'crashed', { holdMs: SHORT });
        expect(await claim(mac, 'other')).toEqual(BUSY);
        await under.pass(SHORT);
        expect(await claim(mac, 'other')).toEqual(GRANTED);
      });

      it('is given back by its holder only', async () => {
        await put();
        await claim(mac, 'holder');
        await store.release(address, 'stranger');
        expect(await claim(mac, 'other')).toEqual(BUSY);
        await store.release(address, 'holder');
        expect(await left()).toBe(3);
        expect(await claim(mac, 'holder')).toEqual(GRANTED);
      });

      it('keeps a rightly typed code good for its grace, so that our failure costs nobody his minute', async () => {
        await put(SHORT);
        await claim(mac, 'holder');
        await under.pass(SHORT);
        await store.release(address, 'holder');
        expect(await claim(mac, 'again')).toEqual(GRANTED);
        const status = await store.status(address, 3);
        expect((status?.expiresAt.getTime() ?? 0) - under.now()).toBeLessThanOrEqual(MINUTE);
      });

      it('never shortens a life', async () => {
        await put(MINUTE);
        await claim(mac, 'holder', { graceMs: 1 });
        const status = await store.status(address, 3);
        expect((status?.expiresAt.getTime() ?? 0) - under.now()).toBeGreaterThan(MINUTE - 1_000);
      });

      it('dies with a wrong code behind it, which leaves the grace as it was', async () => {
        await put(SHORT);
        await claim(mac, 'holder', { graceMs: 2 * SHORT });
        await store.release(address, 'holder');
        expect(await claim(hex())).toEqual(wrong(2));
        await under.pass(2 * SHORT);
        expect(await claim()).toEqual(EXPIRED);
      });
    });

    it('lets a code die at the end of its life, whatever was tried', async () => {
      await put(SHORT);
      expect(await claim(hex(), 'before')).toEqual(wrong(2));
      await under.pass(SHORT);
      expect([await claim(), await store.status(address, 3)]).toEqual([EXPIRED, null]);
      expect(await claim(hex(), 'before'), 'a repeat').toEqual(wrong(2));
    });

    it('starts the minute of a code that is still there, and of no other', async () => {
      await put(SHORT);
      expect(await store.restart(address, hex(), MINUTE)).toBe(false);
      expect(await store.restart(address, mac, MINUTE)).toBe(true);
      await under.pass(SHORT);
      expect(await claim()).toEqual(GRANTED);
    });

    it('shortens a life when the minute starts', async () => {
      await put();
      expect(await store.restart(address, mac, SHORT)).toBe(true);
      await under.pass(SHORT);
      expect(await claim()).toEqual(EXPIRED);
    });

    it('keeps the count of tries when the minute starts', async () => {
      await put();
      await claim(hex());
      await store.restart(address, mac, MINUTE);
      expect(await claim(hex())).toEqual(wrong(1));
    });

    it('INV-02 does not bring a burnt code back to life when its message is accepted', async () => {
      await put();
      for (const typed of [hex(), hex(), hex()]) await claim(typed);
      await store.restart(address, mac, MINUTE);
      expect(await store.status(address, 3)).toBeNull();
      expect([await claim(hex()), await claim()]).toEqual([EXPIRED, EXPIRED]);
    });

    it('puts a new code in the place of the old one, with its tries, its claim and its repeats', async () => {
      await put();
      await claim(hex(), 'wrong');
      await claim(mac, 'holder');
      const old = mac;
      mac = hex();
      await put();
      expect(await left()).toBe(3);
      expect(await store.restart(address, old, MINUTE)).toBe(false);
      expect(await claim(old, 'wrong')).toEqual(wrong(2));
      await store.release(address, 'holder');
      expect(await claim(mac, 'other')).toEqual(GRANTED);
    });

    it('removes the code that is meant, or whichever is there', async () => {
      await put();
      await store.remove(address, hex());
      expect(await left()).toBe(3);
      await store.remove(address, mac);
      expect(await claim()).toEqual(EXPIRED);
      await put();
      await store.remove(address);
      expect(await claim()).toEqual(EXPIRED);
      await store.remove(address);
    });

    it('AC-32 keeps codes of other subjects and identifiers apart', async () => {
      const others = [
        { ...address, subject: randomUUID() },
        { ...address, identifierHash: hex() },
      ];
      await put();
      for (const other of others) {
        expect(await store.claim(other, [mac], randomUUID(), TERMS)).toEqual(EXPIRED);
        await store.put(other, hex(), 4, MINUTE);
        expect(await store.claim(other, [mac], randomUUID(), TERMS)).toEqual(wrong(2));
      }
      expect(await left()).toBe(3);
      expect(await claim()).toEqual(GRANTED);
    });

    it('INV-01 grants fifty right codes at once exactly once', () => oneWinner(under.connections));

    it('RC-02 evaluates three of fifty wrong codes at once', () => threeEvaluated(under.connections));

    it('gives one request that arrives fifty times one outcome', async () => {
      await put();
      const sent = Array.from({ length: 50 }, (_, n) =>
        under.connections[n % under.connections.length]?.claim(address, [hex()], 'the same', TERMS),
      );
      expect(new Set((await Promise.all(sent)).map((outcome) => JSON.stringify(outcome)))).toEqual(
        new Set([JSON.stringify(wrong(2))]),
      );
      expect(await left()).toBe(2);
    });
  });
}

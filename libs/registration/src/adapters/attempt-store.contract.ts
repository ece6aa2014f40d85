import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RegistrationLimits } from '../application/limits.js';
import type { AttemptStore, RegistrationRules } from '../application/ports.js';
import type { AttemptDraft, AttemptState } from '../domain/registration-attempt.js';
import { aDraft, hex } from '../testing/a-draft.js';
import { LIMITS, RULES } from '../testing/rules.js';

/** One store, seen over several connections, and its clock. */
export interface AttemptStoreUnderTest {
  connections(rules: RegistrationRules, limits: RegistrationLimits): readonly AttemptStore[];
  /** Unix milliseconds by the store's clock. */
  now(): number;
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const MINUTE = 60_000;
const SHORT = 120;
const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

/** What every `AttemptStore` must do. */
export function attemptStoreContract(name: string, open: () => Promise<AttemptStoreUnderTest>): void {
  describe(`${name} is an AttemptStore`, () => {
    let under: AttemptStoreUnderTest;
    let stores: readonly AttemptStore[];
    let store: AttemptStore;
    let mia: AttemptDraft;

    const opened = (rules: Partial<RegistrationRules> = {}, limits: Partial<RegistrationLimits> = {}) => {
      stores = under.connections({ ...RULES, ...rules }, { ...LIMITS, ...limits });
      store = stores[0] as AttemptStore;
    };
    const place = async (draft: AttemptDraft, trusted = false): Promise<AttemptState | null> => {
      const placement = await store.place(draft, trusted);
      return placement.placed ? placement.attempt : null;
    };
    const find = ({ identifierHash, tag }: AttemptDraft) => store.find(identifierHash, [tag]);
    const ask = (draft: AttemptDraft, reference = 'X9', pauseMs = MINUTE) =>
      store.askForCode(draft, draft.attemptId, reference, pauseMs);
    /** Of the same identifier, with another password. */
    const another = (changes: Partial<AttemptDraft> = {}) => aDraft({ identifierHash: mia.identifierHash, ...changes });
    const all = async (drafts: readonly AttemptDraft[]) =>
      (await Promise.all(drafts.map(find))).filter((found) => found !== null);

    beforeAll(async () => {
      under = await open();
    });
    beforeEach(() => {
      opened();
      mia = aDraft();
    });
    afterAll(() => under.drop());

    it('knows nothing before the first', async () => {
      expect(await find(mia)).toBeNull();
    });

    it('tells the time that it goes by', async () => {
      const before = under.now();
      const now = (await store.now()).getTime();
      expect(now).toBeGreaterThanOrEqual(before - 1);
      expect(now).toBeLessThanOrEqual(under.now() + 1);
    });

    it('keeps an attempt as it was drafted, not started, never asked for, for its thirty minutes', async () => {
      const placed = await place(mia);
      const expected = { ...mia, started: false, askedAt: 0, codeUntil: expect.any(Number), activatedAt: 0 };
      expect(placed).toEqual({ ...expected, expiresAt: expect.any(Number) });
      expect(Math.abs((placed?.expiresAt ?? 0) - under.now() - 30 * MINUTE)).toBeLessThan(1_000);
      expect(await find(mia)).toEqual(placed);
    });

    it.each([
      { firstName: 'é ß 漢字 🔑', lastName: '" \\ / \u2028 {}[]' },
      { firstName: '\u{1d544}'.repeat(75), lastName: '0' },
      { firstName: null, lastName: null },
    ])('keeps a profile as it is: %j', async (names) => {
      mia = aDraft({ profile: { ...mia.profile, ...names } });
      await place(mia);
      expect((await find(mia))?.profile).toEqual(mia.profile);
    });

    it('finds an attempt by the tag of its password under any pepper, and by no other', async () => {
      const placed = await place(mia);
      expect(await store.find(mia.identifierHash, [hex(), mia.tag])).toEqual(placed);
      expect(await store.find(mia.identifierHash, [hex()])).toBeNull();
      expect(await store.find(hex(), [mia.tag])).toBeNull();
    });

    it('forgets an attempt at the end of its life, and lets it begin again', async () => {
      opened({ attemptTtlSeconds: SHORT / 1000 });
      await place(mia);
      await under.pass(SHORT);
      expect(await find(mia)).toBeNull();
      const again = { ...mia, attemptId: randomUUID() };
      expect((await place(again))?.attemptId).toBe(again.attemptId);
    });

    it('forgets one and keeps another that is younger', async () => {
      const young = another();
      opened({ attemptTtlSeconds: SHORT / 1000 });
      await place(mia);
      opened();
      await place(young);
      await under.pass(SHORT);
      expect([await find(mia), (await find(young))?.attemptId]).toEqual([null, young.attemptId]);
    });

    describe('the same password again', () => {
      const again = (changes: Partial<AttemptDraft> = {}) => ({
        ...mia,
        attemptId: randomUUID(),
        reference: 'Z3',
        profile: { ...mia.profile, firstName: 'newest' },
        ...changes,
      });

      it('is the same attempt, with the newest profile, and its thirty minutes start again', async () => {
        const first = await place(mia);
        await ask(mia, 'Q4');
        await under.pass(20);
        const second = await place(again());
        expect(second).toMatchObject({
          attemptId: mia.attemptId,
          reference: 'Q4',
          profile: { firstName: 'newest' },
          askedAt: expect.any(Number),
        });
        expect(second?.askedAt).toBeGreaterThan(0);
        expect(second?.expiresAt).toBeGreaterThanOrEqual((first?.expiresAt ?? 0) + 20);
      });

      it('is another attempt when the identifier has become a customer’s meanwhile, or is one’s no longer', async () => {
        await place(mia);
        const decoy = again({ decoy: true });
        expect((await place(decoy))?.attemptId).toBe(decoy.attemptId);
        const back = again({ decoy: false });
        expect((await place(back))?.attemptId).toBe(back.attemptId);
      });

      it('is another attempt when it has started under an id that is lost', async () => {
        await place(mia);
        await store.begin(mia, mia.attemptId, mia.customerId);
        expect((await place(again()))?.attemptId).toBe(mia.attemptId);
        const elsewhere = again({ customerId: randomUUID() });
        expect((await place(elsewhere))?.attemptId).toBe(elsewhere.attemptId);
      });

      it('is the same attempt although it has started, when the id was drawn in haste: it has the better one', async () => {
        await place(mia);
        await store.begin(mia, mia.attemptId, mia.customerId);
        const placed = await place(again({ customerId: randomUUID(), provisional: true }));
        expect([placed?.attemptId, placed?.customerId]).toEqual([mia.attemptId, mia.customerId]);
      });

      it('is the same attempt, whatever id was proposed, as long as none was given', async () => {
        await place(mia);
        const placed = await place(again({ customerId: randomUUID() }));
        expect([placed?.attemptId, placed?.customerId]).toEqual([mia.attemptId, mia.customerId]);
      });

      it('RC-03 is one attempt although it comes fifty times at once', async () => {
        const drafts = times(50, () => again());
        const placed = await Promise.all(drafts.map((draft, n) => stores[n % stores.length]?.place(draft, false)));
        const ids = placed.map((placement) => (placement?.placed ? placement.attempt.attemptId : 'none'));
        expect(new Set(ids).size).toBe(1);
      });
    });

    describe('begin', () => {
      it('gives an attempt its id', async () => {
        await place(mia);
        await store.begin(mia, mia.attemptId, 'its id');
        expect(await find(mia)).toMatchObject({ started: true, customerId: 'its id' });
      });

      it('does nothing to another attempt in its place, nor to none', async () => {
        await place(mia);
        await store.begin(mia, 'another', 'its id');
        await store.begin(another(), mia.attemptId, 'its id');
        expect(await find(mia)).toMatchObject({ started: false, customerId: mia.customerId });
      });
    });

    describe('a code', () => {
      it('may be asked for, and is then alive for the ninety seconds it may take', async () => {
        await place(mia);
        expect(await ask(mia, 'Q4')).toEqual({ granted: true });
        const found = await find(mia);
        expect(found?.reference).toBe('Q4');
        expect(Math.abs((found?.askedAt ?? 0) - under.now())).toBeLessThan(1_000);
        expect((found?.codeUntil ?? 0) - (found?.askedAt ?? 0)).toBe(90_000);
      });

      it('may not be asked for again before its pause is over; the reference of the one that is on its way is told', async () => {
        await place(mia);
        await ask(mia, 'Q4');
        expect(await ask(mia, 'R5')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
        expect((await find(mia))?.reference).toBe('Q4');
      });

      it('may be asked for again after the pause, or at once when there is none', async () => {
        await place(mia);
        await ask(mia, 'Q4', SHORT);
        expect((await ask(mia, 'R5', SHORT)).granted).toBe(false);
        await under.pass(SHORT);
        expect(await ask(mia, 'R5', SHORT)).toEqual({ granted: true });
        expect(await ask(mia, 'S6', 0)).toEqual({ granted: true });
        expect((await find(mia))?.reference).toBe('S6');
      });

      it('may not be asked for by an attempt that is gone, or was replaced: it is to wait as everybody', async () => {
        expect(await ask(mia, 'Q4')).toEqual({ granted: false, retryAfterSeconds: 60, reference: 'Q4' });
        await place(mia);
        const replaced = { ...mia, attemptId: randomUUID() };
        expect(await ask(replaced, 'Q4')).toMatchObject({ granted: false, retryAfterSeconds: 60 });
        expect(await find(mia)).toMatchObject({ reference: 'K7', askedAt: 0 });
      });

      it('may be asked for at once when its message could not be, and only then', async () => {
        await place(mia);
        await ask(mia, 'Q4');
        await store.takeBackRequest(mia, mia.attemptId, 'R5');
        await store.takeBackRequest(mia, 'another', 'Q4');
        expect((await ask(mia, 'S6')).granted).toBe(false);
        await store.takeBackRequest(mia, mia.attemptId, 'Q4');
        expect(await ask(mia, 'S6')).toEqual({ granted: true });
      });

      it('RC-03 is granted once although it is asked for fifty times at once', async () => {
        await place(mia);
        const asked = times(50, (n) => stores[n % stores.length]?.askForCode(mia, mia.attemptId, String(n), MINUTE));
        const granted = (await Promise.all(asked)).filter((request) => request?.granted);
        expect(granted).toHaveLength(1);
      });

      it('is alive for as long as it is told when it was sent', async () => {
        await place(mia);
        await store.codeSent(mia, mia.attemptId, MINUTE);
        await store.codeSent(mia, 'another', 1);
        expect(Math.abs(((await find(mia))?.codeUntil ?? 0) - under.now() - MINUTE)).toBeLessThan(1_000);
      });
    });

    it('finds the live attempt of an id, of its identifier only', async () => {
      const other = another();
      for (const draft of [mia, other]) await place(draft);
      await store.finish(mia, randomUUID());
      expect(await store.named(mia.identifierHash, other.attemptId)).toMatchObject({ tag: other.tag });
      expect(await store.named(mia.identifierHash, mia.attemptId)).toEqual(await find(mia));
      expect(await store.named(mia.identifierHash, randomUUID())).toBeNull();
      expect(await store.named(hex(), mia.attemptId)).toBeNull();
    });

    it('removes every attempt of an identifier that has started but those of one id: pending ones, decoys and receipts', async () => {
      const [other, decoy] = [another(), another({ decoy: true })];
      const [kept, early, foreign] = [another({ customerId: randomUUID() }), another(), aDraft()];
      for (const draft of [mia, other, decoy, kept, early, foreign]) await place(draft, true);
      for (const draft of [mia, other, decoy, kept]) await store.begin(draft, draft.attemptId, draft.customerId);
      await store.finish(mia, mia.attemptId);
      await store.removeOthers(mia.identifierHash, kept.customerId);
      expect((await all([mia, other, decoy])).length).toBe(0);
      const stay = [kept, early, foreign];
      expect((await all(stay)).map(({ attemptId }) => attemptId)).toEqual(stay.map(({ attemptId }) => attemptId));
      await store.removeOthers(mia.identifierHash, null);
      expect(await all([kept, early])).toEqual([]);
      await store.removeOthers(hex(), randomUUID());
    });

    describe('finish', () => {
      it('leaves a receipt until its life ends, and nothing else of its id', async () => {
        const [other, stranger] = [another({ customerId: mia.customerId }), aDraft()];
        const placed = await place(mia);
        await place(other);
        await place(stranger);
        await store.finish(mia, mia.attemptId);
        const receipt = await find(mia);
        expect(receipt).toEqual({ ...placed, activatedAt: expect.any(Number) });
        expect(Math.abs((receipt?.activatedAt ?? 0) - under.now())).toBeLessThan(1_000);
        expect(await find(other)).toBeNull();
        expect(await find(stranger)).not.toBeNull();
      });

      it('leaves those of another id: they came when this customer was gone again', async () => {
        const late = another({ customerId: randomUUID() });
        await place(mia);
        const placed = await place(late);
        await store.finish(mia, mia.attemptId);
        expect(await find(late)).toEqual(placed);
        expect((await find(mia))?.activatedAt).toBeGreaterThan(0);
      });

      it('does nothing to another attempt in its place', async () => {
        const other = another();
        await place(mia);
        await place(other);
        await store.finish(mia, 'another');
        expect((await find(mia))?.activatedAt).toBe(0);
        expect(await find(other)).not.toBeNull();
      });

      it('keeps a receipt as it is when the same password comes again', async () => {
        await place(mia);
        await store.finish(mia, mia.attemptId);
        const receipt = await find(mia);
        await under.pass(5);
        expect(await place({ ...mia, attemptId: randomUUID(), profile: { ...mia.profile, firstName: 'x' } })).toEqual(
          receipt,
        );
        expect(await find(mia)).toEqual(receipt);
      });

      it('lets a receipt give way when the identifier has got another id since', async () => {
        await place(mia);
        await store.finish(mia, mia.attemptId);
        const again = { ...mia, attemptId: randomUUID(), customerId: randomUUID() };
        expect(await place({ ...again, provisional: true })).toMatchObject({ attemptId: mia.attemptId });
        expect(await place(again)).toMatchObject({ attemptId: again.attemptId, activatedAt: 0 });
        expect(await find(mia)).toMatchObject({ attemptId: again.attemptId });
      });

      it('ends a receipt at the end of its life', async () => {
        opened({ attemptTtlSeconds: SHORT / 1000 });
        await place(mia);
        await store.finish(mia, mia.attemptId);
        await under.pass(SHORT);
        expect(await find(mia)).toBeNull();
      });
    });

    it('removes one attempt and no other', async () => {
      const other = another();
      await place(mia);
      await place(other);
      await store.remove(mia);
      await store.remove(mia);
      expect([await find(mia), (await find(other))?.attemptId]).toEqual([null, other.attemptId]);
    });

    describe('the number of attempts of one identifier', () => {
      const from = (source: string) => another({ source });
      /** Placed one after the other, so that one is older than the next, each with a live code. */
      const placeAlive = async (...drafts: AttemptDraft[]) => {
        for (const draft of drafts) {
          expect(await place(draft)).not.toBeNull();
          await ask(draft);
          await under.pass(2);
        }
      };

      it('is three from one source: with live codes, the fourth is not kept, and nothing is changed', async () => {
        const [a, b, c, d] = times(4, () => from('192.0.2.7')) as [
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
        ];
        await placeAlive(a, b, c);
        expect(await place(d)).toBeNull();
        expect((await all([a, b, c, d])).map(({ attemptId }) => attemptId)).toEqual(
          [a, b, c].map((one) => one.attemptId),
        );
      });

      it('is three from one source that have just been placed: none gives way before it could be asked for', async () => {
        const [a, b, c, d] = times(4, () => from('192.0.2.7')) as [
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
        ];
        for (const draft of [a, b, c]) await place(draft);
        expect(await place(d)).toBeNull();
        expect(await all([a, b, c])).toHaveLength(3);
      });

      it('is three from each source: a stranger takes no place from the owner', async () => {
        const strangers = times(3, () => from('198.51.100.1'));
        await placeAlive(...strangers);
        expect(await place(from('192.0.2.7'))).not.toBeNull();
        expect(await all(strangers)).toHaveLength(3);
      });

      it('gives way when a code is dead: the attempt that was asked for longest ago', async () => {
        const [a, b, c, d] = times(4, () => from('192.0.2.7')) as [
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
          AttemptDraft,
        ];
        await placeAlive(a, b, c);
        for (const dead of [c, b]) await store.codeSent(dead, dead.attemptId, 1);
        await under.pass(5);
        expect(await place(d)).not.toBeNull();
        expect((await all([a, b, c, d])).map(({ attemptId }) => attemptId)).toEqual(
          [a, c, d].map((one) => one.attemptId),
        );
      });

      it('never makes a receipt give way', async () => {
        opened({}, { attemptsPerSource: 1 });
        await place(mia);
        await store.finish(mia, mia.attemptId);
        expect(await place(another())).toBeNull();
        expect((await find(mia))?.activatedAt).toBeGreaterThan(0);
      });

      it('is twelve in all', async () => {
        const drafts = times(12, (n) => from(`source ${n}`));
        await placeAlive(...drafts);
        expect(await place(from('one more'))).toBeNull();
        expect(await all(drafts)).toHaveLength(12);
      });

      it('is twelve from a trusted source', async () => {
        const drafts = times(12, () => from('192.0.2.7'));
        for (const draft of drafts) {
          expect(await place(draft, true)).not.toBeNull();
          await ask(draft);
        }
        expect(await place(from('192.0.2.7'), true)).toBeNull();
        expect(await all(drafts)).toHaveLength(12);
      });

      it('is what the settings say', async () => {
        opened({}, { attemptsPerSource: 1, attemptsPerIdentifier: 2 });
        await placeAlive(from('a'), from('b'));
        expect([await place(from('a')), await place(from('c'))]).toEqual([null, null]);
      });

      it('holds although fifty come at once', async () => {
        const drafts = times(50, (n) => from(`source ${n}`));
        await Promise.all(drafts.map((draft, n) => stores[n % stores.length]?.place(draft, false)));
        expect(await all(drafts)).toHaveLength(12);
      });
    });

    it('counts the attempts of everybody that are alive', async () => {
      const before = await store.live();
      const [other, stranger, short] = [another(), aDraft(), aDraft()];
      for (const draft of [mia, other, stranger]) await place(draft);
      expect((await store.live()) - before).toBe(3);
      await store.remove(other);
      expect((await store.live()) - before).toBe(2);
      opened({ attemptTtlSeconds: SHORT / 1000 });
      await place(short);
      expect((await store.live()) - before).toBe(3);
      await under.pass(SHORT);
      expect((await store.live()) - before).toBe(2);
    });

    it('lets the owner of an identifier be told once a day, although fifty ask at once', async () => {
      const asked = times(50, (n) => stores[n % stores.length]?.mayNotify(mia.identifierHash));
      expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
      expect(await store.mayNotify(hex())).toBe(true);
    });

    it('lets him be told again when he was not reached', async () => {
      await store.mayNotify(mia.identifierHash);
      await store.mayNotifyAgain(mia.identifierHash);
      expect([await store.mayNotify(mia.identifierHash), await store.mayNotify(mia.identifierHash)]).toEqual([
        true,
        false,
      ]);
    });
  });
}

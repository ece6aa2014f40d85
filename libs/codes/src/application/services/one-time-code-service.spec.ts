import { beforeEach, describe, expect, it } from 'vitest';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import { HmacCodeMac } from '../../adapters/crypto/hmac-code-mac.js';
import { InMemoryCodeStore } from '../../adapters/memory/in-memory-code-store.js';
import type { CodeAddress } from '../../facade.js';
import { InMemoryGuessLedger } from '../../testing/in-memory-guess-ledger.js';
import { RecordingGuessAlarm } from '../../testing/recording-guess-alarm.js';
import { CodeGenerator, type CodeSettings } from '../ports.js';
import { GuessBudget } from './guess-budget.js';
import { OneTimeCodeService } from './one-time-code-service.js';

const OLD = { kid: '0', secret: 'the-older-secret-of-this-test-suite-0' };
const NEW = { kid: '1', secret: 'the-newer-secret-of-this-test-suite-1' };
const address: CodeAddress = { identifierHash: 'a'.repeat(64), purpose: 'registration', subject: 'attempt' };

/** Counts up from 420. */
class CountingCodeGenerator extends CodeGenerator {
  #next = 420;

  override generateDigits(length: number): string {
    return String(this.#next++).padStart(length, '0');
  }
}

describe('KeyedCodes', () => {
  let clock: FixedClock;
  let store: InMemoryCodeStore;
  let codes: OneTimeCodeService;

  let budget: GuessBudget;

  const rules: CodeSettings = {
    length: 4,
    lifeMs: { registration: 60_000, password_reset: 600_000, identifier_change: 600_000 },
    maxTries: 3,
    guessesPerDay: 9,
    guessesPerWeek: 18,
    wrongCodesPerHour: null,
  };
  const withKeys = (...keys: [typeof OLD, ...(typeof OLD)[]]) =>
    new OneTimeCodeService(store, budget, new HmacCodeMac(keys), new CountingCodeGenerator(), rules);
  const outcome = async (typed: string, at = address) =>
    (await codes.claim(at, typed, `${typed}${Math.random()}`)).outcome;

  beforeEach(() => {
    clock = new FixedClock();
    store = new InMemoryCodeStore(clock);
    budget = new GuessBudget(
      new InMemoryGuessLedger(clock),
      new InMemoryCounters(clock),
      rules,
      new RecordingGuessAlarm(),
    );
    codes = withKeys(OLD);
  });

  it('issues a code of the length of the rules, named by a serial that does not tell it', async () => {
    const { digits, serial } = await codes.issue(address, 4);
    expect(digits).toBe('0420');
    expect(serial).toMatch(/^[0-9a-f]{64}$/);
    expect(await outcome('0420')).toBe('granted');
  });

  it.each(['420', '00420', '0421', '', '٠٤٢٠'])('takes %j for wrong', async (typed) => {
    await codes.issue(address, 4);
    expect(await outcome(typed)).toBe('wrong');
  });

  it('shows the life that a message accepted after the usual time would give, if none is accepted [AC-62]', async () => {
    await codes.issue(address, 4, 2_000);
    clock.advance(61_999);
    expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
    clock.advance(1);
    expect(await codes.getStatus(address)).toBeNull();
    expect(await outcome('0420')).toBe('expired');
  });

  it('starts the minute of a message that is accepted late, and of none that was given up [AC-62]', async () => {
    const { serial } = await codes.issue(address, 4);
    clock.advance(69_999);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    expect(await outcome('0420')).toBe('granted');
    const other = { ...address, subject: 'other' };
    const { serial: given } = await codes.issue(other, 4);
    clock.advance(70_000);
    expect(await codes.startLifetime(other, given)).toBe(false);
  });

  it('given a message that is accepted after 8 s, then the minute starts there', async () => {
    const { serial } = await codes.issue(address, 4);
    clock.advance(8_000);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    clock.advance(59_999);
    expect(await outcome('9999')).toBe('wrong');
    clock.advance(1);
    expect(await outcome('0420')).toBe('expired');
  });

  it('given a newer code, when the message of the older is accepted or refused, then nothing happens to it', async () => {
    const older = await codes.issue(address, 4);
    await codes.issue(address, 4);
    expect(await codes.startLifetime(address, older.serial)).toBe(false);
    await codes.discard(address, older.serial);
    expect(await outcome(older.digits)).toBe('wrong');
    expect(await outcome('0421')).toBe('granted');
  });

  it.each(['a code', 'a decoy'])('shows %s alike, whether or not its message is refused [AC-62]', async (kind) => {
    const issued = async () =>
      kind === 'a code' ? (await codes.issue(address, 4)).serial : codes.issueDecoy(address, 4);
    const serial = await issued();
    await codes.claim(address, '9999', '1');
    const before = await codes.getStatus(address);
    const nothing = await codes.discard(address, serial);
    expect(await codes.getStatus(address)).toEqual(before);
    expect(await codes.startLifetime(address, serial), 'its acceptance comes too late').toBe(false);
    expect(await codes.claim(address, '0420', '2')).toEqual({ outcome: 'wrong', attemptsRemaining: 1 });
    expect(nothing).toMatch(/^[0-9a-f]{64}$/);
    clock.advance(60_000);
    expect(await outcome('0420')).toBe('expired');
  });

  it('puts a new code in the place of one that was refused, with its tries and its life [AC-62]', async () => {
    const first = await codes.issue(address, 4);
    await codes.claim(address, '9999', '1');
    const before = await codes.getStatus(address);
    const second = await codes.reissue(address, await codes.discard(address, first.serial), 4);
    expect(second?.digits).toBe('0421');
    expect(await codes.getStatus(address)).toEqual(before);
    expect(await codes.claim(address, first.digits, '2')).toEqual({ outcome: 'wrong', attemptsRemaining: 1 });
    expect(await outcome('0421')).toBe('granted');
  });

  it('brings no code back that was burnt or replaced while its message was tried [AC-62]', async () => {
    const serial = await codes.discard(address, (await codes.issue(address, 4)).serial);
    for (const n of [1, 2, 3]) await codes.claim(address, '9999', `${n}`);
    expect(await codes.reissue(address, serial, 4)).toBeNull();
    expect(await codes.getStatus(address)).toBeNull();
    const replaced = await codes.issueDecoy(address, 4);
    await codes.issue(address, 4);
    expect(await codes.reissueDecoy(address, replaced)).toBeNull();
  });

  it('takes the code of one holder for wrong when another types it, at the same place [AC-62]', async () => {
    const place = { ...address, purpose: 'password_reset' } as const;
    const { digits } = await codes.issue({ ...place, holder: 'mia' }, 8);
    expect(await outcome(digits, { ...place, holder: 'zoe' })).toBe('wrong');
    expect(await outcome(digits, place)).toBe('wrong');
    expect(await outcome(digits, { ...place, holder: 'mia' })).toBe('granted');
  });

  it('AC-26 given a decoy, then nobody can type its code, and all else is the same', async () => {
    const serial = await codes.issueDecoy(address, 4);
    expect(serial).toMatch(/^[0-9a-f]{64}$/);
    expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    expect(await codes.claim(address, serial.slice(0, 4), '1')).toEqual({ outcome: 'wrong', attemptsRemaining: 2 });
    expect(await codes.claim(address, '0420', '2')).toEqual({ outcome: 'wrong', attemptsRemaining: 1 });
    expect(await codes.claim(address, '0420', '3')).toEqual({ outcome: 'wrong', attemptsRemaining: 0 });
    expect(await outcome('0420')).toBe('expired');
  });

  it('AC-21 AC-32 a code is good for its attempt only', async () => {
    const other = { ...address, subject: 'other' };
    const { digits } = await codes.issue(address, 4);
    await codes.issue(other, 4);
    expect(await outcome(digits, other)).toBe('wrong');
    expect(await outcome(digits)).toBe('granted');
  });

  it.each<[string, Partial<CodeAddress>, Partial<CodeAddress>]>([
    ['a registration', {}, { purpose: 'password_reset' }],
    ['a reset', { purpose: 'password_reset' }, {}],
    ['another identifier', {}, { identifierHash: 'b'.repeat(64) }],
  ])('AC-32 given a code of %s, then it is good for nothing else, even in its place', async (_, mine, others) => {
    const [here, there] = [
      { ...address, ...mine },
      { ...address, ...others },
    ];
    const { digits, serial } = await codes.issue(here, 8);
    expect(await outcome(digits, there)).toBe('expired');
    // Whoever can write into the store cannot move it either: the MAC covers where it is.
    await store.saveCode(there, serial, 8, 60_000);
    expect(await outcome(digits, there)).toBe('wrong');
    expect(await outcome(digits, here)).toBe('granted');
  });

  it('given a claim, when it is released, then the code is good again; when consumed, it is gone', async () => {
    await codes.issue(address, 4);
    await codes.claim(address, '0420', 'first');
    expect(await outcome('0420')).toBe('busy');
    await codes.releaseClaim(address, 'first');
    expect(await outcome('0420')).toBe('granted');
    await codes.consume(address);
    expect(await outcome('0420')).toBe('expired');
  });

  describe('INV-02 the budget of guesses', () => {
    const wrong = async (times: number) => {
      for (let n = 0; n < times; n++) {
        if (n % 3 === 0) await codes.issue(address, 4);
        await codes.claim(address, '9999', `wrong ${n}`);
      }
    };

    it('given nine wrong guesses, then the live short code is dead, and its successor is long and good', async () => {
      await wrong(9);
      await store.saveCode(address, 'a short one', 4, 60_000);
      expect(await codes.isShorterThanRequired(address, 8)).toBe(true);
      expect(await codes.getStatus(address)).toBeNull();
      expect(await outcome('9999')).toBe('expired');
      expect(await codes.codeLengthFor(address.identifierHash)).toBe(8);
      const { digits } = await codes.issue(address, await codes.codeLengthFor(address.identifierHash));
      expect(digits).toHaveLength(8);
      expect(await codes.isShorterThanRequired(address, 8)).toBe(false);
      expect(await outcome(digits)).toBe('granted');
    });

    it('compares the right code of one attempt while a dead code of another is tried without end [AC-66]', async () => {
      const { digits, serial } = await codes.issue(address, 4);
      await codes.startLifetime(address, serial);
      const dead = { ...address, subject: 'the attempt of somebody else' };
      const tries = Array.from({ length: 40 }, (_, n) => codes.claim(dead, '9999', `dead ${n}`));
      const right = codes.claim(address, digits, 'right');
      expect((await right).outcome).toBe('granted');
      for (const one of await Promise.all(tries)) expect(one.outcome).toBe('expired');
    });

    it('AC-26 given nine wrong guesses at a decoy, then its successor is long, too', async () => {
      await wrong(9);
      await codes.issueDecoy(address, await codes.codeLengthFor(address.identifierHash));
      expect((await store.getStatus(address, 3))?.length).toBe(8);
    });

    it.each([
      ['dead', async () => undefined],
      [
        'held by another request',
        async () => void (await codes.claim(address, (await codes.issue(address, 4)).digits, 'x')),
      ],
    ])('given a code that is %s, then trying it is no guess', async (_, arrange) => {
      await arrange();
      for (let n = 0; n < 20; n++) await codes.claim(address, '0420', `n ${n}`);
      await codes.consume(address);
      const { digits } = await codes.issue(address, 4);
      expect(digits).toHaveLength(4);
      expect(await outcome(digits)).toBe('granted');
    });

    it('given a right code, then its charge is handed over, to be given back', async () => {
      for (let n = 0; n < 30; n++) {
        const { digits } = await codes.issue(address, 4);
        const claim = await codes.claim(address, digits, `n ${n}`);
        if (claim.outcome === 'granted') await codes.refundGuess(address, claim.charge);
      }
      expect(await codes.codeLengthFor(address.identifierHash)).toBe(4);
    });

    it('AC-54 given a store that is away, then nothing is compared, and nothing is charged', async () => {
      const { digits } = await codes.issue(address, 4);
      const working = store.claimCode.bind(store);
      store.claimCode = () => Promise.reject(new Error('away'));
      for (let n = 0; n < 20; n++) await expect(codes.claim(address, digits, `n ${n}`)).rejects.toThrow('away');
      store.claimCode = working;
      expect(await outcome(digits)).toBe('granted');
    });

    const RESET: CodeAddress = { ...address, purpose: 'password_reset' };

    it('AC-32 given guesses at reset codes, however many, then codes of registrations stay as they are', async () => {
      for (let n = 0; n < 60; n++) {
        if (n % 3 === 0) await codes.issue(RESET, 8);
        expect((await codes.claim(RESET, '99999999', `n ${n}`)).outcome).toBe('wrong');
      }
      expect(await codes.codeLengthFor(address.identifierHash)).toBe(4);
      const { digits } = await codes.issue(address, 4);
      expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
      expect(await outcome(digits)).toBe('granted');
    });

    it('AC-32 given a limit for wrong codes of everybody, then those of resets do not reach it', async () => {
      Object.assign(rules, { wrongCodesPerHour: 3 });
      for (let n = 0; n < 3; n++) {
        await codes.issue(RESET, 8);
        await codes.claim(RESET, '99999999', `n ${n}`);
      }
      const length = await codes.codeLengthFor(address.identifierHash);
      Object.assign(rules, { wrongCodesPerHour: null });
      expect(length).toBe(4);
    });

    it('AC-32 given guesses at codes of a registration, then a reset code is as good as ever', async () => {
      await wrong(9);
      const { digits } = await codes.issue(RESET, 8);
      expect((await codes.getStatus(RESET))?.attemptsRemaining).toBe(3);
      expect(await outcome(digits, RESET)).toBe('granted');
    });

    it('given reset codes, then they live ten minutes from the moment their message was accepted', async () => {
      const { digits, serial } = await codes.issue(RESET, 8);
      clock.advance(8_000);
      await codes.startLifetime(RESET, serial);
      clock.advance(599_999);
      expect(await codes.getStatus(RESET)).not.toBeNull();
      clock.advance(1);
      expect(await outcome(digits, RESET)).toBe('expired');
    });

    it('RC-01 given the right code fifty times at once, then one is granted and the others find it busy', async () => {
      const { digits } = await codes.issue(address, 4);
      const claims = await Promise.all(Array.from({ length: 50 }, (_, n) => codes.claim(address, digits, `n ${n}`)));
      const outcomes = claims.map((claim) => claim.outcome);
      expect(outcomes.filter((one) => one === 'granted')).toHaveLength(1);
      expect(outcomes.filter((one) => one === 'busy')).toHaveLength(49);
    });
  });

  it('reads what an older key of the ring wrote', async () => {
    const { digits } = await codes.issue(address, 4);
    codes = withKeys(NEW, OLD);
    expect(await outcome(digits)).toBe('granted');
    codes = withKeys(NEW);
    await withKeys(OLD).issue(address, 4);
    expect(await outcome('0420')).toBe('wrong');
  });
});

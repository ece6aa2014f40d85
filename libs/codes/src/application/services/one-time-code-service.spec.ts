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

describe('OneTimeCodeService', () => {
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

  it('issues a code of the configured length with a serial that does not reveal it', async () => {
    const { digits, serial } = await codes.issue(address, 4);
    expect(digits).toBe('0420');
    expect(serial).toMatch(/^[0-9a-f]{64}$/);
    expect(await outcome('0420')).toBe('granted');
  });

  it.each(['420', '00420', '0421', '', '٠٤٢٠'])('rejects %j as wrong', async (typed) => {
    await codes.issue(address, 4);
    expect(await outcome(typed)).toBe('wrong');
  });

  it('shows the lifetime of a usual delivery when no message is accepted [AC-62]', async () => {
    await codes.issue(address, 4, 2_000);
    clock.advance(61_999);
    expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
    clock.advance(1);
    expect(await codes.getStatus(address)).toBeNull();
    expect(await outcome('0420')).toBe('expired');
  });

  it('starts the lifetime of a late accepted message, and not of an abandoned one [AC-62]', async () => {
    const { serial } = await codes.issue(address, 4);
    clock.advance(69_999);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    expect(await outcome('0420')).toBe('granted');
    const other = { ...address, subject: 'other' };
    const { serial: given } = await codes.issue(other, 4);
    clock.advance(70_000);
    expect(await codes.startLifetime(other, given)).toBe(false);
  });

  it('starts the lifetime at acceptance when a message is accepted after 8 s', async () => {
    const { serial } = await codes.issue(address, 4);
    clock.advance(8_000);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    clock.advance(59_999);
    expect(await outcome('9999')).toBe('wrong');
    clock.advance(1);
    expect(await outcome('0420')).toBe('expired');
  });

  it('keeps a newer code unchanged when the message of the older one is accepted or refused', async () => {
    const older = await codes.issue(address, 4);
    await codes.issue(address, 4);
    expect(await codes.startLifetime(address, older.serial)).toBe(false);
    await codes.discard(address, older.serial);
    expect(await outcome(older.digits)).toBe('wrong');
    expect(await outcome('0421')).toBe('granted');
  });

  it.each(['a code', 'a decoy'])(
    'shows the same state of %s whether or not its message is refused [AC-62]',
    async (kind) => {
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
    },
  );

  it('replaces a refused code and keeps its tries and lifetime [AC-62]', async () => {
    const first = await codes.issue(address, 4);
    await codes.claim(address, '9999', '1');
    const before = await codes.getStatus(address);
    const second = await codes.reissue(address, await codes.discard(address, first.serial), 4);
    expect(second?.digits).toBe('0421');
    expect(await codes.getStatus(address)).toEqual(before);
    expect(await codes.claim(address, first.digits, '2')).toEqual({ outcome: 'wrong', attemptsRemaining: 1 });
    expect(await outcome('0421')).toBe('granted');
  });

  it('does not revive a code that was invalidated or replaced during delivery [AC-62]', async () => {
    const serial = await codes.discard(address, (await codes.issue(address, 4)).serial);
    for (const n of [1, 2, 3]) await codes.claim(address, '9999', `${n}`);
    expect(await codes.reissue(address, serial, 4)).toBeNull();
    expect(await codes.getStatus(address)).toBeNull();
    const replaced = await codes.issueDecoy(address, 4);
    await codes.issue(address, 4);
    expect(await codes.reissueDecoy(address, replaced)).toBeNull();
  });

  it('rejects the code of one holder for another holder at the same address [AC-62]', async () => {
    const place = { ...address, purpose: 'password_reset' } as const;
    const { digits } = await codes.issue({ ...place, holder: 'mia' }, 8);
    expect(await outcome(digits, { ...place, holder: 'zoe' })).toBe('wrong');
    expect(await outcome(digits, place)).toBe('wrong');
    expect(await outcome(digits, { ...place, holder: 'mia' })).toBe('granted');
  });

  it('matches no input for a decoy and otherwise behaves the same [AC-26]', async () => {
    const serial = await codes.issueDecoy(address, 4);
    expect(serial).toMatch(/^[0-9a-f]{64}$/);
    expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
    expect(await codes.startLifetime(address, serial)).toBe(true);
    expect(await codes.claim(address, serial.slice(0, 4), '1')).toEqual({ outcome: 'wrong', attemptsRemaining: 2 });
    expect(await codes.claim(address, '0420', '2')).toEqual({ outcome: 'wrong', attemptsRemaining: 1 });
    expect(await codes.claim(address, '0420', '3')).toEqual({ outcome: 'wrong', attemptsRemaining: 0 });
    expect(await outcome('0420')).toBe('expired');
  });

  it('accepts a code for its own attempt only [AC-21] [AC-32]', async () => {
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
  ])('rejects a code of %s elsewhere, even when it is moved in the store [AC-32]', async (_, mine, others) => {
    const [here, there] = [
      { ...address, ...mine },
      { ...address, ...others },
    ];
    const { digits, serial } = await codes.issue(here, 8);
    expect(await outcome(digits, there)).toBe('expired');
    // An attacker with write access to the store cannot move a code: the MAC covers its address.
    await store.saveCode(there, serial, 8, 60_000);
    expect(await outcome(digits, there)).toBe('wrong');
    expect(await outcome(digits, here)).toBe('granted');
  });

  it('accepts the code again after a release and deletes it on consume', async () => {
    await codes.issue(address, 4);
    await codes.claim(address, '0420', 'first');
    expect(await outcome('0420')).toBe('busy');
    await codes.releaseClaim(address, 'first');
    expect(await outcome('0420')).toBe('granted');
    await codes.consume(address);
    expect(await outcome('0420')).toBe('expired');
  });

  describe('guess budget [INV-02]', () => {
    const wrong = async (times: number) => {
      for (let n = 0; n < times; n++) {
        if (n % 3 === 0) await codes.issue(address, 4);
        await codes.claim(address, '9999', `wrong ${n}`);
      }
    };

    it('expires the short code after nine wrong guesses and issues a long one', async () => {
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

    it('compares the correct code of one attempt during endless tries at a dead code of another [AC-66]', async () => {
      const { digits, serial } = await codes.issue(address, 4);
      await codes.startLifetime(address, serial);
      const dead = { ...address, subject: 'the attempt of somebody else' };
      const tries = Array.from({ length: 40 }, (_, n) => codes.claim(dead, '9999', `dead ${n}`));
      const right = codes.claim(address, digits, 'right');
      expect((await right).outcome).toBe('granted');
      for (const result of await Promise.all(tries)) expect(result.outcome).toBe('expired');
    });

    it('issues a long code after nine wrong guesses at a decoy [AC-26]', async () => {
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
    ])('does not charge a guess at a code that is %s', async (_, arrange) => {
      await arrange();
      for (let n = 0; n < 20; n++) await codes.claim(address, '0420', `n ${n}`);
      await codes.consume(address);
      const { digits } = await codes.issue(address, 4);
      expect(digits).toHaveLength(4);
      expect(await outcome(digits)).toBe('granted');
    });

    it('returns the charge of a correct code for a refund', async () => {
      for (let n = 0; n < 30; n++) {
        const { digits } = await codes.issue(address, 4);
        const claim = await codes.claim(address, digits, `n ${n}`);
        if (claim.outcome === 'granted') await codes.refundGuess(address, claim.charge);
      }
      expect(await codes.codeLengthFor(address.identifierHash)).toBe(4);
    });

    it('compares and charges nothing when the store cannot be reached [AC-54]', async () => {
      const { digits } = await codes.issue(address, 4);
      const working = store.claimCode.bind(store);
      store.claimCode = () => Promise.reject(new Error('away'));
      for (let n = 0; n < 20; n++) await expect(codes.claim(address, digits, `n ${n}`)).rejects.toThrow('away');
      store.claimCode = working;
      expect(await outcome(digits)).toBe('granted');
    });

    const RESET: CodeAddress = { ...address, purpose: 'password_reset' };

    it('keeps registration codes short after any number of guesses at reset codes [AC-32]', async () => {
      for (let n = 0; n < 60; n++) {
        if (n % 3 === 0) await codes.issue(RESET, 8);
        expect((await codes.claim(RESET, '99999999', `n ${n}`)).outcome).toBe('wrong');
      }
      expect(await codes.codeLengthFor(address.identifierHash)).toBe(4);
      const { digits } = await codes.issue(address, 4);
      expect((await codes.getStatus(address))?.attemptsRemaining).toBe(3);
      expect(await outcome(digits)).toBe('granted');
    });

    it('does not count wrong reset codes towards the service-wide limit [AC-32]', async () => {
      Object.assign(rules, { wrongCodesPerHour: 3 });
      for (let n = 0; n < 3; n++) {
        await codes.issue(RESET, 8);
        await codes.claim(RESET, '99999999', `n ${n}`);
      }
      const length = await codes.codeLengthFor(address.identifierHash);
      Object.assign(rules, { wrongCodesPerHour: null });
      expect(length).toBe(4);
    });

    it('keeps a reset code valid after guesses at registration codes [AC-32]', async () => {
      await wrong(9);
      const { digits } = await codes.issue(RESET, 8);
      expect((await codes.getStatus(RESET))?.attemptsRemaining).toBe(3);
      expect(await outcome(digits, RESET)).toBe('granted');
    });

    it('keeps reset codes live for ten minutes after their message is accepted', async () => {
      const { digits, serial } = await codes.issue(RESET, 8);
      clock.advance(8_000);
      await codes.startLifetime(RESET, serial);
      clock.advance(599_999);
      expect(await codes.getStatus(RESET)).not.toBeNull();
      clock.advance(1);
      expect(await outcome(digits, RESET)).toBe('expired');
    });

    it('grants one of fifty concurrent correct codes and reports busy to the others [RC-01]', async () => {
      const { digits } = await codes.issue(address, 4);
      const claims = await Promise.all(Array.from({ length: 50 }, (_, n) => codes.claim(address, digits, `n ${n}`)));
      const outcomes = claims.map((claim) => claim.outcome);
      expect(outcomes.filter((outcome) => outcome === 'granted')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(49);
    });
  });

  it('accepts a code written under an older key of the ring', async () => {
    const { digits } = await codes.issue(address, 4);
    codes = withKeys(NEW, OLD);
    expect(await outcome(digits)).toBe('granted');
    codes = withKeys(NEW);
    await withKeys(OLD).issue(address, 4);
    expect(await outcome('0420')).toBe('wrong');
  });
});

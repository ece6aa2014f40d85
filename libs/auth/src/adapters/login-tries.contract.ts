import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LoginTries, LoginTryDecision, LoginTryKey } from '../application/ports.js';
import { tryKeyByDevice, tryKeyByName, tryKeyBySession } from '../application/services/login-try-key.js';
import { ATTACK_FROM_TOTAL, ELEVATED_FROM_TOTAL, MAX_COUNTED_TOTAL } from '../domain/login-backoff.js';

export interface LoginTriesUnderTest {
  /** Replicas that share one store. */
  readonly replicas: readonly [LoginTries, LoginTries];
  /** Advances the time. */
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const HOME = '203.0.113.1';
const ELSEWHERE = '198.51.100.66';

const freshHash = (): string => randomUUID().replaceAll('-', '').repeat(2);

/** Contract of every `LoginTries`. */
export function loginTriesContract(name: string, open: () => Promise<LoginTriesUnderTest>): void {
  describe(`${name} implements LoginTries`, () => {
    let under: LoginTriesUnderTest;
    let tries: LoginTries;
    let name: string;
    beforeAll(async () => {
      under = await open();
      [tries] = under.replicas;
    });
    afterAll(() => under.drop());
    beforeEach(() => {
      name = freshHash();
    });

    const take = (source = ELSEWHERE) => tries.startTry(tryKeyByName(name, source));
    const counted = async (wanted: LoginTryKey): Promise<LoginTryKey> => countedOf(await tries.startTry(wanted));
    const taken = (source = ELSEWHERE) => counted(tryKeyByName(name, source));
    const fail = async (wanted: LoginTryKey, times: number) => {
      for (let n = 0; n < times; n++) await tries.recordWrongTry(await counted(wanted));
    };
    const wrong = (times: number, source = ELSEWHERE) => fail(tryKeyByName(name, source), times);
    const right = async (source: string) => tries.resetTries(await taken(source));
    /** Records wrong passwords of other sources. */
    const wrongOfOthers = async (times: number) => {
      for (let n = 0; n < times; n++) await tries.recordWrongTry(tryKeyByName(name, `198.18.0.${n}`));
    };

    it('allows the first try', async () => {
      expect(await take()).toEqual({ may: 'compare', counted: tryKeyByName(name, ELSEWHERE) });
    });

    it('allows five of fifty concurrent tries over two replicas [AC-01]', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => under.replicas[n % 2]?.startTry(tryKeyByName(name, ELSEWHERE))),
      );
      expect(answers.filter((answer) => answer?.may === 'compare')).toHaveLength(5);
      expect(answers.filter((answer) => answer?.may === 'later')).toHaveLength(45);
    });

    it('requires a wait of one second after five concurrent wrong tries [AC-01]', async () => {
      const open = await Promise.all(Array.from({ length: 5 }, () => taken()));
      await Promise.all(open.map((one) => tries.recordWrongTry(one)));
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 1 });
    });

    it('allows one try at a time after four wrong ones', async () => {
      await wrong(4);
      const open = await taken();
      expect(await take()).toEqual({ may: 'later' });
      await tries.cancelTry(open);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('doubles the wait with each wrong try, and does not extend it for rejected ones', async () => {
      await wrong(5);
      for (const seconds of [1, 2, 4, 8]) {
        for (let n = 0; n < 3; n++) expect(await take()).toEqual({ may: 'never', retryAfterSeconds: seconds });
        await under.pass(seconds * SECOND);
        await wrong(1);
      }
    });

    it('limits the wait to fifteen minutes, and resets the count after an idle day', async () => {
      await wrong(5);
      for (let n = 0; n < 11; n++) {
        await under.pass(15 * MINUTE);
        await wrong(1);
      }
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 15 * 60 });
      await under.pass(DAY - MINUTE);
      await wrong(1);
      expect(await take()).toMatchObject({ may: 'never' });
      await under.pass(DAY + 15 * MINUTE + SECOND);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('resets the count of a source after a right password', async () => {
      await wrong(4);
      await right(ELSEWHERE);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('counts each source separately [AC-66]', async () => {
      await wrong(5);
      expect(await take()).toMatchObject({ may: 'never' });
      await wrong(4, HOME);
      expect(await take(HOME)).toMatchObject({ may: 'compare' });
    });

    it('keeps the wait of a source when another source succeeds [AC-65]', async () => {
      await wrong(5);
      await right(HOME);
      expect(await take()).toMatchObject({ may: 'never' });
    });

    it('allows two tries per source and waits at least a minute when the total is elevated [AC-66]', async () => {
      await wrongOfOthers(ELEVATED_FROM_TOTAL);
      await wrong(2);
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 60 });
    });

    it('allows two tries per source and waits at least 15 minutes under attack [AC-66]', async () => {
      await wrongOfOthers(ATTACK_FROM_TOTAL);
      const open = [await taken(HOME), await taken(HOME)];
      expect(await take(HOME)).toEqual({ may: 'later' });
      await Promise.all(open.map((one) => tries.recordWrongTry(one)));
      expect(await take(HOME)).toEqual({ may: 'never', retryAfterSeconds: 15 * 60 });
      await under.pass(15 * MINUTE);
      await wrong(1, HOME);
      expect(await take(HOME)).toEqual({ may: 'never', retryAfterSeconds: 30 * 60 });
    });

    it('decays the total of any attack within five days [AC-66]', async () => {
      await wrongOfOthers(MAX_COUNTED_TOTAL + 20);
      await under.pass(5 * DAY);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('counts concurrent wrong tries of two replicas in the total [AC-66]', async () => {
      const sources = Array.from({ length: ELEVATED_FROM_TOTAL }, (_, n) => tryKeyByName(name, `198.18.1.${n}`));
      await Promise.all(sources.map((one, n) => under.replicas[n % 2]?.recordWrongTry(one)));
      await wrong(2);
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 60 });
    });

    it.each([
      ['a device', tryKeyByDevice],
      ['a session', tryKeyBySession],
    ])('counts %s separately: others neither slow it nor are slowed by it [AC-66]', async (_, tryBy) => {
      const [customerId, one, other] = [randomUUID(), randomUUID(), randomUUID()];
      await wrongOfOthers(ELEVATED_FROM_TOTAL);
      for (let n = 0; n < ELEVATED_FROM_TOTAL; n++) await tries.recordWrongTry(tryBy(customerId, randomUUID()));
      await fail(tryBy(customerId, one), 5);
      expect(await tries.startTry(tryBy(customerId, one))).toEqual({ may: 'never', retryAfterSeconds: 1 });
      await fail(tryBy(customerId, other), 4);
      expect(await tries.startTry(tryBy(customerId, other))).toMatchObject({ may: 'compare' });
    });

    it('counts each name separately', async () => {
      await wrong(5);
      name = freshHash();
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('expires five abandoned tries after 15 s', async () => {
      for (let n = 0; n < 5; n++) await taken();
      expect(await take()).toEqual({ may: 'later' });
      await under.pass(15 * SECOND + SECOND);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('expires abandoned tries although further tries are rejected meanwhile', async () => {
      for (let n = 0; n < 5; n++) await taken();
      for (let n = 0; n < 4; n++) {
        expect(await take()).toEqual({ may: 'later' });
        await under.pass(4 * SECOND);
      }
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('keeps the count correct when an abandoned try is settled late', async () => {
      const lost = await taken();
      await under.pass(16 * SECOND);
      const open = await taken();
      await Promise.all([tries.cancelTry(open), tries.cancelTry(lost)]);
      for (let n = 0; n < 5; n++) await taken();
      expect(await take()).toEqual({ may: 'later' });
    });
  });
}

function countedOf(answer: LoginTryDecision): LoginTryKey {
  if (answer.may !== 'compare') throw new Error(`it may be compared ${answer.may}`);
  return answer.counted;
}

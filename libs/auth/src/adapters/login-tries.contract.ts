import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LoginTries, LoginTryDecision, LoginTryKey } from '../application/ports.js';
import { tryKeyByDevice, tryKeyByName, tryKeyBySession } from '../application/services/login-try-key.js';
import { ATTACK_FROM_TOTAL, ELEVATED_FROM_TOTAL, MAX_COUNTED_TOTAL } from '../domain/login-backoff.js';

export interface LoginTriesUnderTest {
  /** Replicas on one store. */
  readonly replicas: readonly [LoginTries, LoginTries];
  /** Lets time pass by. */
  pass(milliseconds: number): Promise<void>;
  drop(): Promise<void>;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const HOME = '203.0.113.1';
const ELSEWHERE = '198.51.100.66';

const freshHash = (): string => randomUUID().replaceAll('-', '').repeat(2);

/** What every `LoginTries` must do. */
export function loginTriesContract(name: string, open: () => Promise<LoginTriesUnderTest>): void {
  describe(`${name} is a LoginTries`, () => {
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
    /** So many wrong ones of sources that are not asked about. */
    const wrongOfOthers = async (times: number) => {
      for (let n = 0; n < times; n++) await tries.recordWrongTry(tryKeyByName(name, `198.18.0.${n}`));
    };

    it('given nobody who tried before, then one may', async () => {
      expect(await take()).toEqual({ may: 'compare', counted: tryKeyByName(name, ELSEWHERE) });
    });

    it('AC-01 given fifty at once over two replicas, then five are compared', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => under.replicas[n % 2]?.startTry(tryKeyByName(name, ELSEWHERE))),
      );
      expect(answers.filter((answer) => answer?.may === 'compare')).toHaveLength(5);
      expect(answers.filter((answer) => answer?.may === 'later')).toHaveLength(45);
    });

    it('AC-01 given those five are wrong, at once, then one waits a second, and nobody is compared', async () => {
      const open = await Promise.all(Array.from({ length: 5 }, () => taken()));
      await Promise.all(open.map((one) => tries.recordWrongTry(one)));
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 1 });
    });

    it('given four wrong, then one may be compared at a time', async () => {
      await wrong(4);
      const open = await taken();
      expect(await take()).toEqual({ may: 'later' });
      await tries.cancelTry(open);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given more wrong ones, then waits of 1, 2, 4 … seconds, and being refused does not make them longer', async () => {
      await wrong(5);
      for (const seconds of [1, 2, 4, 8]) {
        for (let n = 0; n < 3; n++) expect(await take()).toEqual({ may: 'never', retryAfterSeconds: seconds });
        await under.pass(seconds * SECOND);
        await wrong(1);
      }
    });

    it('given very many wrong ones, then fifteen minutes, and a day in quiet after them the count begins anew', async () => {
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

    it('given the right one, then the count of its source begins anew', async () => {
      await wrong(4);
      await right(ELSEWHERE);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('counts each source for itself [AC-66]', async () => {
      await wrong(5);
      expect(await take()).toMatchObject({ may: 'never' });
      await wrong(4, HOME);
      expect(await take(HOME)).toMatchObject({ may: 'compare' });
    });

    it('keeps the wait of one source when another one is right, or tells who is a customer [AC-65]', async () => {
      await wrong(5);
      await right(HOME);
      expect(await take()).toMatchObject({ may: 'never' });
    });

    it('given a name with many wrong ones of all sources, then each has two tries and waits from a minute on [AC-66]', async () => {
      await wrongOfOthers(ELEVATED_FROM_TOTAL);
      await wrong(2);
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 60 });
    });

    it('given a name under attack, then each source has two tries and waits from a quarter of an hour on [AC-66]', async () => {
      await wrongOfOthers(ATTACK_FROM_TOTAL);
      const open = [await taken(HOME), await taken(HOME)];
      expect(await take(HOME)).toEqual({ may: 'later' });
      await Promise.all(open.map((one) => tries.recordWrongTry(one)));
      expect(await take(HOME)).toEqual({ may: 'never', retryAfterSeconds: 15 * 60 });
      await under.pass(15 * MINUTE);
      await wrong(1, HOME);
      expect(await take(HOME)).toEqual({ may: 'never', retryAfterSeconds: 30 * 60 });
    });

    it('forgets an attack of any size within five days [AC-66]', async () => {
      await wrongOfOthers(MAX_COUNTED_TOTAL + 20);
      await under.pass(5 * DAY);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given wrong ones of many sources at once over two replicas, then the total has all of them [AC-66]', async () => {
      const sources = Array.from({ length: ELEVATED_FROM_TOTAL }, (_, n) => tryKeyByName(name, `198.18.1.${n}`));
      await Promise.all(sources.map((one, n) => under.replicas[n % 2]?.recordWrongTry(one)));
      await wrong(2);
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 60 });
    });

    it.each([
      ['a device', tryKeyByDevice],
      ['a session', tryKeyBySession],
    ])('counts %s for itself: it is neither slowed by others nor slows them [AC-66]', async (_, tryBy) => {
      const [customerId, one, other] = [randomUUID(), randomUUID(), randomUUID()];
      await wrongOfOthers(ELEVATED_FROM_TOTAL);
      for (let n = 0; n < ELEVATED_FROM_TOTAL; n++) await tries.recordWrongTry(tryBy(customerId, randomUUID()));
      await fail(tryBy(customerId, one), 5);
      expect(await tries.startTry(tryBy(customerId, one))).toEqual({ may: 'never', retryAfterSeconds: 1 });
      await fail(tryBy(customerId, other), 4);
      expect(await tries.startTry(tryBy(customerId, other))).toMatchObject({ may: 'compare' });
    });

    it('given another name, then it has its own count', async () => {
      await wrong(5);
      name = freshHash();
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given five tries whose process died, then after 15 s others are compared', async () => {
      for (let n = 0; n < 5; n++) await taken();
      expect(await take()).toEqual({ may: 'later' });
      await under.pass(15 * SECOND + SECOND);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given that, and somebody who keeps asking, then the same: to ask is not to try', async () => {
      for (let n = 0; n < 5; n++) await taken();
      for (let n = 0; n < 4; n++) {
        expect(await take()).toEqual({ may: 'later' });
        await under.pass(4 * SECOND);
      }
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given a try that is settled after it was given up, then the count stays a count', async () => {
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

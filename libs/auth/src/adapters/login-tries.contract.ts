import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LoginTries, LoginTry, TryAnswer } from '../application/ports.js';

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

/** What every `LoginTries` must do. */
export function loginTriesContract(name: string, open: () => Promise<LoginTriesUnderTest>): void {
  describe(`${name} is a LoginTries`, () => {
    let under: LoginTriesUnderTest;
    let tries: LoginTries;
    let who: string;
    beforeAll(async () => {
      under = await open();
      [tries] = under.replicas;
    });
    afterAll(() => under.drop());
    beforeEach(() => {
      who = `customer:${randomUUID()}`;
    });

    const take = (source = ELSEWHERE) => tries.take(who, source);
    const taken = async (source = ELSEWHERE): Promise<LoginTry> => countedOf(await take(source));
    const wrong = async (times: number, source = ELSEWHERE) => {
      for (let n = 0; n < times; n++) await tries.settle(await taken(source));
    };
    const right = async (source: string) => tries.forgive(await taken(source), source);

    it('given nobody who tried before, then one may', async () => {
      expect(await take()).toEqual({ may: 'compare', counted: { subjectKey: who, source: '' } });
    });

    it('AC-01 given fifty at once over two replicas, then five are compared', async () => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => under.replicas[n % 2]?.take(who, ELSEWHERE)),
      );
      expect(answers.filter((answer) => answer?.may === 'compare')).toHaveLength(5);
      expect(answers.filter((answer) => answer?.may === 'later')).toHaveLength(45);
    });

    it('AC-01 given those five are wrong, at once, then one waits a second, and nobody is compared', async () => {
      const open = await Promise.all(Array.from({ length: 5 }, () => taken()));
      await Promise.all(open.map((counted) => tries.settle(counted)));
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 1 });
    });

    it('given four wrong, then one may be compared at a time', async () => {
      await wrong(4);
      const counted = await taken();
      expect(await take()).toEqual({ may: 'later' });
      await tries.giveBack(counted);
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

    it('given very many wrong ones, then fifteen minutes, and as long in quiet after them the count begins anew', async () => {
      await wrong(5);
      for (let n = 0; n < 11; n++) {
        await under.pass(15 * MINUTE);
        await wrong(1);
      }
      expect(await take()).toEqual({ may: 'never', retryAfterSeconds: 15 * 60 });
      await under.pass(30 * MINUTE + SECOND);
      await wrong(4);
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given the right one, then the count begins anew', async () => {
      await wrong(4);
      await right(ELSEWHERE);
      await wrong(4, HOME);
      expect(await take(HOME)).toMatchObject({ may: 'compare' });
    });

    it('AC-25 given a source that succeeded, then it has a count of its own, for 30 days', async () => {
      await right(HOME);
      await wrong(5);
      expect(await take()).toMatchObject({ may: 'never' });
      expect(await taken(HOME)).toEqual({ subjectKey: who, source: HOME });
      await under.pass(30 * DAY + SECOND);
      expect((await taken(HOME)).source).toBe('');
    });

    it('AC-25 given wrong ones from a source that succeeded, then that source waits, and nobody else', async () => {
      await right(HOME);
      await wrong(5, HOME);
      expect(await take(HOME)).toMatchObject({ may: 'never' });
      expect(await take()).toMatchObject({ may: 'compare' });
    });

    it('given another subject, then it has its own count', async () => {
      await wrong(5);
      who = `nobody:${randomUUID()}`;
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
      const counted = await taken();
      await Promise.all([tries.giveBack(counted), tries.giveBack(lost)]);
      for (let n = 0; n < 5; n++) await taken();
      expect(await take()).toEqual({ may: 'later' });
    });
  });
}

function countedOf(answer: TryAnswer): LoginTry {
  if (answer.may !== 'compare') throw new Error(`it may be compared ${answer.may}`);
  return answer.counted;
}

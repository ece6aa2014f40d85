import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import type { AttemptState } from '../domain/registration-attempt.js';
import { aDraft } from '../testing/a-draft.js';
import { LIMITS } from '../testing/rules.js';
import type { RegistrationLimits } from './limits.js';
import { SendBudget } from './send-budget.js';

const HOME = { prefix: '192.0.2.7', trusted: false };
const AWAY = { prefix: '198.51.100.9', trusted: false };
const KIOSK = { prefix: '203.0.113.1', trusted: true };
const MINUTE = 60_000;
const of = (changes: Partial<AttemptState>) => ({ ...aDraft({ identifierHash: 'mia' }), ...changes }) as AttemptState;
const MIA = of({});

describe('SendBudget', () => {
  let clock: FixedClock;
  let budget: SendBudget;

  const given = (limits: Partial<RegistrationLimits> = {}) => {
    clock = new FixedClock();
    budget = new SendBudget(new InMemoryCounters(clock), { ...LIMITS, ...limits });
  };
  const take = async (times: number, source = HOME, attempt = MIA) => {
    const outcomes: unknown[] = [];
    for (let n = 0; n < times; n++) {
      const permission = await budget.take(attempt, source);
      outcomes.push(permission.send || permission.retryAfterSeconds);
    }
    return outcomes;
  };

  beforeEach(() => given());

  it('given three in a minute from one source, then the fourth waits for the minute', async () => {
    expect(await take(4)).toEqual([true, true, true, 60]);
    clock.advance(MINUTE);
    expect(await take(1)).toEqual([true]);
  });

  it('given five in a day from one source, then the sixth waits for the day', async () => {
    await take(3);
    clock.advance(MINUTE);
    expect(await take(3)).toEqual([true, true, 86_400]);
    clock.advance(24 * 60 * MINUTE);
    expect(await take(1)).toEqual([true]);
  });

  it('given a stranger who has used his up, then the owner has all of his own', async () => {
    await take(4, AWAY);
    expect(await take(3)).toEqual([true, true, true]);
  });

  it('given one source, then each identifier has its own', async () => {
    await take(4);
    expect(await take(3, HOME, of({ identifierHash: 'zoe' }))).toEqual([true, true, true]);
  });

  it('given thirty in a day from everywhere, then nothing is sent, and nobody is told why', async () => {
    for (let n = 0; n < 10; n++) await take(3, { prefix: `source ${n}`, trusted: false });
    expect(await take(1)).toEqual([null]);
  });

  it('given a trusted source, then only the identifier’s own limit', async () => {
    expect(await take(31, KIOSK)).toEqual([...Array(30).fill(true), null]);
  });

  it('given one that is given back, then it was never taken, neither by the source nor by the identifier', async () => {
    given({ sendsPerIdentifier: 3 });
    for (let n = 0; n < 10; n++) {
      const permission = await budget.take(MIA, HOME);
      if (permission.send) await permission.giveBack();
    }
    expect(await take(3)).toEqual([true, true, true]);
  });

  it('given limits that are off, then there are none', async () => {
    given({ sendsPerSourceMinute: null, sendsPerSourceDay: null, sendsPerIdentifier: null });
    expect(await take(100)).toEqual(Array(100).fill(true));
  });

  it('given the SMS of a day, then 503 for the next, and mails as ever', async () => {
    given({ smsPerDay: 2 });
    const sms = of({ recipient: '+16502530000' });
    await budget.takeSms(sms);
    await budget.takeSms(sms);
    await expect(budget.takeSms(sms)).rejects.toBeInstanceOf(Unavailable);
    await budget.takeSms(MIA);
  });
});

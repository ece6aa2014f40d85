import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { FixedClock, InMemoryCounters } from '#kernel/testing';
import { MessageBudget, SmsQuota } from '#notifications';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { aDraft } from '../../testing/an-attempt-draft.js';
import { LIMITS } from '../../testing/registration-settings.js';
import { SendBudget } from './send-budget.js';

const HOME = { prefix: '192.0.2.7', trusted: false };
const of = (changes: Partial<AttemptState>) => ({ ...aDraft({ identifierHash: 'mia' }), ...changes }) as AttemptState;
const MIA = of({});
const BY_PHONE = of({ recipient: '+16502530000' });

describe('SendBudget', () => {
  let budget: SendBudget;
  const given = (limits: Partial<typeof LIMITS> = {}) => {
    const [counters, all] = [new InMemoryCounters(new FixedClock()), { ...LIMITS, ...limits }];
    budget = new SendBudget(new MessageBudget(counters, all), new SmsQuota(counters, all));
  };

  beforeEach(() => given());

  it('counts messages of an identifier per requesting source', async () => {
    const taken = [];
    for (let n = 0; n < 4; n++) taken.push((await budget.reserveMessage(MIA, HOME)).allowed);
    expect(taken).toEqual([true, true, true, false]);
    expect((await budget.reserveMessage(of({ identifierHash: 'zoe' }), HOME)).allowed).toBe(true);
  });

  it('rejects SMS with 503 after the daily quota, and still accepts mails', async () => {
    given({ smsPerDay: 2 });
    await budget.reserveSms(BY_PHONE, HOME);
    await budget.reserveSms(BY_PHONE, HOME);
    await expect(budget.reserveSms(BY_PHONE, HOME)).rejects.toBeInstanceOf(Unavailable);
    await budget.reserveSms(MIA, HOME);
  });

  it('limits a source that has used its share of SMS and restores released SMS [AC-72]', async () => {
    given({ smsPerSource: 1 });
    await (await budget.reserveSms(BY_PHONE, HOME))();
    await budget.reserveSms(BY_PHONE, HOME);
    await expect(budget.reserveSms(BY_PHONE, HOME)).rejects.toMatchObject({ code: 'request.too_many' });
    await budget.reserveSms(BY_PHONE, { ...HOME, prefix: '198.51.100.9' });
  });
});

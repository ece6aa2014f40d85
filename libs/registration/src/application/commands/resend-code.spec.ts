import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('ResendCode', () => {
  let house: RegistrationHarness;
  beforeEach(() => {
    house = new RegistrationHarness();
  });
  const dues = () => house.due.enqueued.length;

  it('given no attempt of this password, then unknown', async () => {
    await house.register();
    expect(await house.resend({ password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect(await house.resend({ email: 'zoe@example.org' })).toEqual({ outcome: 'unknown' });
    expect(dues()).toBe(1);
  });

  it('given a code that was sent less than a minute ago, then too early, and how long to wait', async () => {
    await house.register();
    house.clock.advance(20_000);
    expect(await house.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 40 });
    house.clock.advance(39_999);
    expect(await house.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 1 });
    expect(dues()).toBe(1);
  });

  it('given a minute, then a code is due, with another reference, and the answer is as that of register', async () => {
    const first = await house.register();
    house.clock.advance(60_000);
    const resent = await house.resend();
    expect(resent).toEqual({ outcome: 'sending', ticket: { ...first, reference: expect.any(String) } });
    expect([dues(), house.outbox.types.length]).toEqual([2, 1]);
    expect((await house.attempt())?.reference).toBe(resent.outcome === 'sending' && resent.ticket.reference);
  });

  it('given a resend, then the new code is good and the old one is dead', async () => {
    const old = await house.registerAndReadCode();
    house.clock.advance(60_000);
    await house.resend();
    const [text = ''] = await house.deliverDueMessages();
    expect(await house.activate(old)).toMatchObject({ outcome: 'code_wrong' });
    expect(await house.activate(text.slice(0, 4))).toMatchObject({ outcome: 'active' });
  });

  it('given a code that has become too short, then it may be replaced at once', async () => {
    await house.registerAndReadCode();
    house.codes.length = 8;
    const resent = await house.resend();
    expect(resent).toMatchObject({ outcome: 'sending', ticket: { codeLength: 8 } });
  });

  it('AC-26 given a decoy, then it looks the same', async () => {
    const code = await house.registerAndReadCode();
    await house.activate(code);
    await house.register({ password: 'another password' });
    await house.deliverDueMessages();
    expect(await house.resend({ password: 'another password' })).toEqual({
      outcome: 'too_early',
      retryAfterSeconds: 60,
    });
    house.clock.advance(60_000);
    expect(await house.resend({ password: 'another password' })).toMatchObject({ outcome: 'sending' });
  });

  it('given an attempt that was activated, then already active, and nothing is due', async () => {
    await house.activate(await house.registerAndReadCode());
    house.clock.advance(60_000);
    expect(await house.resend()).toEqual({ outcome: 'already_active' });
    expect(dues()).toBe(0);
  });

  it('given an attempt whose start was never announced, because we crashed, then it is announced now, once', async () => {
    house.outbox.append = () => Promise.reject(new Error('crashed'));
    await expect(house.register()).rejects.toThrow('crashed');
    Reflect.deleteProperty(house.outbox, 'append');
    expect(await house.resend()).toMatchObject({ outcome: 'sending' });
    expect(house.outbox.types).toEqual(['registration.started.v1']);
    expect(await house.attempt()).toMatchObject({ started: true });
  });

  it('given five messages in a day from one source, then too early; from another it is sent', async () => {
    await house.register();
    for (let n = 0; n < 4; n++) {
      house.clock.advance(60_000);
      expect(await house.resend()).toMatchObject({ outcome: 'sending' });
    }
    house.clock.advance(60_000);
    expect(await house.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 86_400 });
    expect(await house.resend({}, { prefix: '198.51.100.9', trusted: false })).toMatchObject({ outcome: 'sending' });
    expect(dues()).toBe(6);
  });

  it('given thirty messages in a day from everywhere, then the answer is the same and nothing is sent', async () => {
    house.limits.sendsPerIdentifier = 1;
    await house.register();
    house.clock.advance(60_000);
    expect(await house.resend()).toMatchObject({ outcome: 'sending' });
    expect(dues()).toBe(1);
  });

  it('given a resend that comes too early, then it takes nothing from the budget', async () => {
    await house.register();
    for (let n = 0; n < 10; n++) await house.resend();
    house.clock.advance(60_000);
    expect(await house.resend()).toMatchObject({ outcome: 'sending' });
  });

  it('given a backlog, then 503', async () => {
    await house.register();
    house.due.backlogSeconds = 60;
    house.clock.advance(60_000);
    await expect(house.resend()).rejects.toBeInstanceOf(Unavailable);
    expect(dues()).toBe(1);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('ResendCode', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });
  const dues = () => harness.due.enqueued.length;

  it('given no attempt of this password, then unknown', async () => {
    await harness.register();
    expect(await harness.resend({ password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect(await harness.resend({ email: 'zoe@example.org' })).toEqual({ outcome: 'unknown' });
    expect(dues()).toBe(1);
  });

  it('given a code that was sent less than a minute ago, then too early, and how long to wait', async () => {
    await harness.register();
    harness.clock.advance(20_000);
    expect(await harness.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 40 });
    harness.clock.advance(39_999);
    expect(await harness.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 1 });
    expect(dues()).toBe(1);
  });

  it('given a minute, then a code is due, with another reference, and the answer is as that of register', async () => {
    const first = await harness.register();
    harness.clock.advance(60_000);
    const resent = await harness.resend();
    expect(resent).toEqual({ outcome: 'sending', ticket: { ...first, reference: expect.any(String) } });
    expect([dues(), harness.outbox.types.length]).toEqual([2, 1]);
    expect((await harness.attempt())?.reference).toBe(resent.outcome === 'sending' && resent.ticket.reference);
  });

  it('given a resend, then the new code is good and the old one is dead', async () => {
    const old = await harness.registerAndReadCode();
    harness.clock.advance(60_000);
    await harness.resend();
    const [text = ''] = await harness.deliverDueMessages();
    expect(await harness.activate(old)).toMatchObject({ outcome: 'code_wrong' });
    expect(await harness.activate(text.slice(0, 4))).toMatchObject({ outcome: 'active' });
  });

  it('given a code that has become too short, then it may be replaced at once', async () => {
    await harness.registerAndReadCode();
    harness.codes.length = 8;
    const resent = await harness.resend();
    expect(resent).toMatchObject({ outcome: 'sending', ticket: { codeLength: 8 } });
  });

  it('AC-26 given a decoy, then it looks the same', async () => {
    const code = await harness.registerAndReadCode();
    await harness.activate(code);
    await harness.register({ password: 'another password' });
    await harness.deliverDueMessages();
    expect(await harness.resend({ password: 'another password' })).toEqual({
      outcome: 'too_early',
      retryAfterSeconds: 60,
    });
    harness.clock.advance(60_000);
    expect(await harness.resend({ password: 'another password' })).toMatchObject({ outcome: 'sending' });
  });

  it('given an attempt that was activated, then already active, and nothing is due', async () => {
    await harness.activate(await harness.registerAndReadCode());
    harness.clock.advance(60_000);
    expect(await harness.resend()).toEqual({ outcome: 'already_active' });
    expect(dues()).toBe(0);
  });

  it('given an attempt whose start was never announced, because we crashed, then it is announced now, once', async () => {
    harness.outbox.append = () => Promise.reject(new Error('crashed'));
    await expect(harness.register()).rejects.toThrow('crashed');
    Reflect.deleteProperty(harness.outbox, 'append');
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
    expect(harness.outbox.types).toEqual(['registration.started.v1']);
    expect(await harness.attempt()).toMatchObject({ started: true });
  });

  it('given five messages in a day from one source, then too early; from another it is sent', async () => {
    await harness.register();
    for (let n = 0; n < 4; n++) {
      harness.clock.advance(60_000);
      expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
    }
    harness.clock.advance(60_000);
    expect(await harness.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 86_400 });
    expect(await harness.resend({}, { prefix: '198.51.100.9', trusted: false })).toMatchObject({ outcome: 'sending' });
    expect(dues()).toBe(6);
  });

  it('given thirty messages in a day from everywhere, then the answer is the same and nothing is sent', async () => {
    harness.limits.sendsPerIdentifier = 1;
    await harness.register();
    harness.clock.advance(60_000);
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
    expect(dues()).toBe(1);
  });

  it('given a resend that comes too early, then it takes nothing from the budget', async () => {
    await harness.register();
    for (let n = 0; n < 10; n++) await harness.resend();
    harness.clock.advance(60_000);
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
  });

  it('given a backlog, then 503', async () => {
    await harness.register();
    harness.due.backlogSeconds = 60;
    harness.clock.advance(60_000);
    await expect(harness.resend()).rejects.toBeInstanceOf(Unavailable);
    expect(dues()).toBe(1);
  });
});

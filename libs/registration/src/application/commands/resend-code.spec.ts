import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('ResendCode', () => {
  let harness: RegistrationHarness;
  beforeEach(() => {
    harness = new RegistrationHarness();
  });
  const dues = () => harness.due.enqueued.length;

  it('returns unknown without an attempt for this password', async () => {
    await harness.register();
    expect(await harness.resend({ password: 'another one' })).toEqual({ outcome: 'unknown' });
    expect(await harness.resend({ email: 'zoe@example.org' })).toEqual({ outcome: 'unknown' });
    expect(dues()).toBe(1);
  });

  it('returns too early and the remaining time within a minute of the last code', async () => {
    await harness.register();
    harness.clock.advance(20_000);
    expect(await harness.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 40 });
    harness.clock.advance(39_999);
    expect(await harness.resend()).toEqual({ outcome: 'too_early', retryAfterSeconds: 1 });
    expect(dues()).toBe(1);
  });

  it('enqueues a code with another reference after a minute and answers like register', async () => {
    const first = await harness.register();
    harness.clock.advance(60_000);
    const resent = await harness.resend();
    expect(resent).toEqual({ outcome: 'sending', ticket: { ...first, reference: expect.any(String) } });
    expect([dues(), harness.outbox.types.length]).toEqual([2, 1]);
    expect((await harness.attempt())?.reference).toBe(resent.outcome === 'sending' && resent.ticket.reference);
  });

  it('accepts the new code and rejects the old one after a resend', async () => {
    const old = await harness.registerAndReadCode();
    harness.clock.advance(60_000);
    await harness.resend();
    const [text = ''] = await harness.deliverDueMessages();
    expect(await harness.activate(old)).toMatchObject({ outcome: 'code_wrong' });
    expect(await harness.activate(text.slice(0, 4))).toMatchObject({ outcome: 'active' });
  });

  it('replaces a code that has become too short at once', async () => {
    await harness.registerAndReadCode();
    harness.codes.length = 8;
    const resent = await harness.resend();
    expect(resent).toMatchObject({ outcome: 'sending', ticket: { codeLength: 8 } });
  });

  it('behaves the same for a decoy [AC-26]', async () => {
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

  it('returns already active and enqueues nothing for an activated attempt', async () => {
    await harness.activate(await harness.registerAndReadCode());
    harness.clock.advance(60_000);
    expect(await harness.resend()).toEqual({ outcome: 'already_active' });
    expect(dues()).toBe(0);
  });

  it('publishes the start once when a crash prevented it before', async () => {
    harness.outbox.append = () => Promise.reject(new Error('crashed'));
    await expect(harness.register()).rejects.toThrow('crashed');
    Reflect.deleteProperty(harness.outbox, 'append');
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
    expect(harness.outbox.types).toEqual(['registration.started.v1']);
    expect(await harness.attempt()).toMatchObject({ started: true });
  });

  it('returns too early after five messages in a day from one source, and sends from another', async () => {
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

  it('answers the same and sends nothing after thirty messages in a day from all sources', async () => {
    harness.limits.sendsPerIdentifier = 1;
    await harness.register();
    harness.clock.advance(60_000);
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
    expect(dues()).toBe(1);
  });

  it('uses no budget for an early resend', async () => {
    await harness.register();
    for (let n = 0; n < 10; n++) await harness.resend();
    harness.clock.advance(60_000);
    expect(await harness.resend()).toMatchObject({ outcome: 'sending' });
  });

  it('returns 503 during a backlog', async () => {
    await harness.register();
    harness.due.backlogSeconds = 60;
    harness.clock.advance(60_000);
    await expect(harness.resend()).rejects.toBeInstanceOf(Unavailable);
    expect(dues()).toBe(1);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier, Unavailable } from '#kernel';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';
import { changeCodeAddressOf } from '../identifier-change-ports.js';

const NEW = { email: 'new@example.org' };
const PHONE = { phone: '+14155550132' };
const MINUTE = 60_000;

describe('SendIdentifierChangeCodeJob', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;

  /** Requests a change and prepares its code message. */
  const asked = async (wanted: Parameters<typeof harness.requestChange>[1] = NEW) => {
    await harness.requestChange(mia, wanted);
    return harness.due.enqueued.splice(0).at(-1)?.reference ?? '';
  };
  const status = async () => {
    const change = await harness.pending.find(mia);
    return change && harness.codes.getStatus(changeCodeAddressOf(change));
  };

  beforeEach(async () => {
    harness = new IdentifierChangeHarness({ smsPerDay: 1 });
    mia = await harness.addCustomer('mia@example.org', { locale: 'fr' });
  });

  it('has the kind under which codes are enqueued', async () => {
    await harness.requestChange(mia, NEW);
    expect(harness.due.enqueued.at(-1)?.kind).toBe(harness.codeJob.kind);
  });

  it('composes a message with eight digits to the new identifier in the owner’s language', async () => {
    const written = await harness.codeJob.prepareMessage(await asked());
    expect(written?.message).toMatchObject({
      channel: 'email',
      to: NEW.email,
      subject: expect.stringContaining('votre'),
    });
    expect(written?.message?.text).toMatch(/^00000001\n/);
  });

  it('starts the ten minutes when the message is accepted', async () => {
    const written = await harness.codeJob.prepareMessage(await asked());
    harness.clock.advance(MINUTE);
    await written?.markAccepted();
    expect((await status())?.expiresAt.getTime()).toBe(harness.clock.now().getTime() + 10 * MINUTE);
  });

  it.each([true, false])('leaves an unusable code when its message is refused, finally: %s [AC-62]', async (final) => {
    await (await harness.codeJob.prepareMessage(await asked()))?.markFailed(final);
    expect((await status())?.expiresAt.getTime()).toBe(harness.clock.now().getTime() + 10 * MINUTE);
    expect(await harness.confirmChange(mia, '00000001')).toEqual({ outcome: 'code_wrong', attemptsRemaining: 2 });
  });

  it('replaces a refused code by another code for the next attempt [AC-62]', async () => {
    const first = await harness.codeJob.prepareMessage(await asked());
    await first?.markFailed(false);
    const second = await first?.prepareRetry();
    expect(second?.message).toMatchObject({ to: NEW.email, text: expect.stringMatching(/^00000002\n/) });
    await second?.markAccepted();
    expect((await harness.confirmChange(mia, '00000001')).outcome).toBe('code_wrong');
    expect((await harness.confirmChange(mia, '00000002')).outcome).toBe('changed');
  });

  it('issues a new code for a second attempt and ignores the late result of the first [FM-S1]', async () => {
    const reference = await asked();
    const [first, second] = [
      await harness.codeJob.prepareMessage(reference),
      await harness.codeJob.prepareMessage(reference),
    ];
    await first?.markFailed(false);
    await second?.markAccepted();
    expect((await harness.confirmChange(mia, '00000001')).outcome).toBe('code_wrong');
    expect((await harness.confirmChange(mia, '00000002')).outcome).toBe('changed');
  });

  it('prepares nothing for a completed change or a deleted customer', async () => {
    const reference = await asked();
    const change = await harness.pending.find(mia);
    if (!change) throw new Error('is pending');
    await harness.pending.remove(change);
    expect([await harness.codeJob.prepareMessage(reference), await harness.codeJob.prepareMessage('nonsense')]).toEqual(
      [null, null],
    );
    await harness.pending.save(change);
    const before = await harness.customers.findById(mia);
    if (before) await harness.customers.replace(before, before.delete(harness.clock.now()), { email: null });
    expect(await harness.codeJob.prepareMessage(reference)).toBeNull();
  });

  it('sends the code when the identifier belongs to another customer [AC-26]', async () => {
    await harness.addCustomer(NEW.email);
    const written = await harness.codeJob.prepareMessage(await asked());
    expect(written?.message).toMatchObject({ to: NEW.email, text: expect.stringMatching(/^\d{8}\n/) });
  });

  it('refuses a change to a phone number above the daily SMS limit before any write, and still sends mails', async () => {
    expect((await harness.codeJob.prepareMessage(await asked(PHONE)))?.message).toMatchObject({
      channel: 'sms',
      to: PHONE.phone,
    });
    const before = await harness.pending.find(mia);
    await expect(asked({ phone: '+16502530000' })).rejects.toBeInstanceOf(Unavailable);
    expect(await harness.pending.find(mia)).toEqual(before);
    expect((await harness.codeJob.prepareMessage(await asked()))?.message).not.toBeNull();
  });

  it('binds the code to its request: another customer with the same identifier has another code address', async () => {
    const zoe = await harness.addCustomer('zoe@example.org', { also: parseIdentifier(PHONE.phone, 'US') });
    await harness.requestChange(mia, NEW);
    await harness.requestChange(zoe, NEW);
    const [first, second] = [await harness.pending.find(mia), await harness.pending.find(zoe)];
    if (!first || !second) throw new Error('both are pending');
    expect(changeCodeAddressOf(first).identifierHash).toBe(changeCodeAddressOf(second).identifierHash);
    expect(changeCodeAddressOf(first).subject).not.toBe(changeCodeAddressOf(second).subject);
  });
});

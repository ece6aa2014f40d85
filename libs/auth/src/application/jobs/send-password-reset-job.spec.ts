import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { Role, SubjectState } from '../../domain/subject.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const MINUTE = 60_000;

describe('SendPasswordResetJob', () => {
  let harness: PasswordResetHarness;
  const hashOf = (username: string) => harness.identifiers.hash(parseIdentifier(username, 'BR'));
  const known = (changes: Partial<SubjectState> = {}, username = 'mia@example.org') =>
    harness.addSubject(hashOf(username), changes);
  const written = async (username = 'mia@example.org') => {
    await harness.requestReset(username);
    return harness.resetJob.prepareMessage(harness.dueMessages.enqueued.at(-1)?.reference ?? '');
  };
  const address = () =>
    harness.codes.issuedCodes.at(-1)?.address ?? { identifierHash: '', purpose: 'password_reset', subject: '' };

  beforeEach(() => {
    harness = new PasswordResetHarness();
  });

  it('sends a customer a code of eight digits in their language to the requested address', async () => {
    await known({ locale: 'pt-BR' });
    const { message } = (await written()) ?? {};
    expect(message).toMatchObject({ channel: 'email', to: 'mia@example.org' });
    expect(message?.text).toMatch(/^00000001\n[\s\S]*nova senha/);
    expect(harness.codes.issuedCodes).toEqual([
      {
        address: {
          identifierHash: hashOf('mia@example.org'),
          purpose: 'password_reset',
          subject: hashOf('mia@example.org'),
          holder: 'mia',
        },
        length: 8,
        decoy: false,
      },
    ]);
  });

  it('sends an SMS to a phone number', async () => {
    await known({}, '+5511961234567');
    expect((await written('+5511961234567'))?.message).toMatchObject({ channel: 'sms', to: '+5511961234567' });
  });

  it('finds the owner of an identifier that is stored under an older key', async () => {
    await harness.addSubject(hashed('old', 'email:mia@example.org'));
    expect((await written())?.message).not.toBeNull();
    expect(address().identifierHash).toBe(hashOf('mia@example.org'));
  });

  it.each<[string, Partial<SubjectState> | null]>([
    ['nobody', null],
    ['a suspended customer', { status: 'suspended' }],
  ])('sends no message and stores a decoy for %s [AC-26]', async (_, changes) => {
    if (changes) await known(changes);
    const due = await written();
    expect(due?.message).toBeNull();
    expect(harness.codes.issuedCodes).toMatchObject([
      { length: 8, decoy: true, address: { subject: hashOf('mia@example.org') } },
    ]);
    await due?.markAccepted();
    expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
      outcome: 'code_wrong',
      attemptsRemaining: 2,
    });
  });

  it.each<[string, readonly Role[]]>([
    ['an administrator', ['customer', 'admin']],
    ['staff', ['customer', 'staff']],
  ])('sends no code for %s over a readable channel, and behaves as for an unknown name [AC-61]', async (_, roles) => {
    harness.channels.readableByOthers.add('email');
    await known({ roles });
    const due = await written();
    expect(due?.message).toBeNull();
    await due?.markAccepted();
    expect(harness.codes.issuedCodes).toMatchObject([
      { length: 8, decoy: true, address: { subject: hashOf('mia@example.org') } },
    ]);
    expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
      outcome: 'code_wrong',
      attemptsRemaining: 2,
    });
  });

  it('sends the code of an administrator over a private channel [AC-61]', async () => {
    harness.channels.readableByOthers.add('sms');
    await known({ roles: ['customer', 'admin'] });
    expect((await written())?.message).not.toBeNull();
  });

  it('sends the code of a customer over a readable channel [AC-61]', async () => {
    harness.channels.readableByOthers.add('email');
    await known();
    expect((await written())?.message).not.toBeNull();
  });

  it('sends nothing over a channel without a transport, and behaves as for an unknown name [AC-61]', async () => {
    harness.channels.available.delete('email');
    await known();
    for (const username of ['mia@example.org', 'nobody@example.org']) {
      const due = await written(username);
      expect(due?.message).toBeNull();
      await due?.markAccepted();
      expect(await harness.resetPassword('00000001', 'another horse', username)).toEqual({
        outcome: 'code_wrong',
        attemptsRemaining: 2,
      });
    }
  });

  it('behaves as for an unknown name when a number gets no SMS [AC-61]', async () => {
    await known({}, '+4915123456789');
    for (const number of ['+4915123456789', '+4915123456780']) {
      await harness.requestReset(number);
      expect(harness.dueMessages.enqueued).toEqual([]);
      expect(await harness.resetPassword('00000001', 'another horse', number)).toEqual({ outcome: 'code_expired' });
    }
  });

  it('sends a code to a customer without a password', async () => {
    await known({ credential: null });
    expect((await written())?.message).not.toBeNull();
  });

  it('starts the ten minutes when the message is accepted', async () => {
    await known();
    const due = await written();
    await harness.clock.pause(8_000);
    await due?.markAccepted();
    await harness.clock.pause(10 * MINUTE - 1);
    expect(await harness.codes.getStatus(address())).not.toBeNull();
    await harness.clock.pause(1);
    expect(await harness.codes.getStatus(address())).toBeNull();
    expect(await harness.resetPassword('00000001', 'another horse')).toEqual({ outcome: 'code_expired' });
  });

  it.each([true, false])(
    'leaves a code that no input matches when its message is not accepted, finally: %s [AC-62]',
    async (final) => {
      await known();
      await (await written())?.markFailed(final);
      expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
        outcome: 'code_wrong',
        attemptsRemaining: 2,
      });
    },
  );

  it('issues another code for a retry, and none after three wrong codes [AC-62]', async () => {
    await known();
    const first = await written();
    await first?.markFailed(false);
    expect((await harness.resetPassword('00000001', 'another horse')).outcome).toBe('code_wrong');
    const second = await first?.prepareRetry();
    expect(second?.message?.text).toMatch(/^00000002\n/);
    await second?.markFailed(false);
    for (const _ of [1, 2]) await harness.resetPassword('99999999', 'another horse');
    expect(await second?.prepareRetry()).toBeNull();
  });

  it('keeps its behaviour when a customer is added or deleted after the request [AC-62]', async () => {
    await written();
    await known();
    expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
      outcome: 'code_wrong',
      attemptsRemaining: 2,
    });
    await written();
    harness.subjects.change('mia', { status: 'suspended' });
    expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
      outcome: 'code_wrong',
      attemptsRemaining: 2,
    });
  });

  it('invalidates the first code when a second one is issued', async () => {
    await known();
    const first = await written();
    await written();
    await first?.markAccepted();
    await first?.markFailed(true);
    expect((await harness.resetPassword('00000001', 'another horse')).outcome).toBe('code_wrong');
    expect((await harness.resetPassword('00000002', 'another horse')).outcome).toBe('done');
  });

  it('rejects a tampered reference', async () => {
    await known();
    await harness.requestReset();
    const reference = harness.dueMessages.enqueued[0]?.reference ?? '';
    const other = reference.replace(hashOf('mia@example.org'), hashOf('zoe@example.org'));
    await expect(harness.resetJob.prepareMessage(other)).rejects.toThrow();
    expect(harness.codes.issuedCodes).toEqual([]);
  });
});

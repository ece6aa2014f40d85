import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { hashed } from '#kernel/testing';
import type { Role, SubjectState } from '../../domain/subject.js';
import { PasswordResetHarness } from '../../testing/password-reset-harness.js';

const MINUTE = 60_000;

describe('ResetDue', () => {
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

  it('given a customer, then his code of eight digits, in his language, to where he asked for it', async () => {
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

  it('given a phone number, then an SMS', async () => {
    await known({}, '+5511961234567');
    expect((await written('+5511961234567'))?.message).toMatchObject({ channel: 'sms', to: '+5511961234567' });
  });

  it('given an identifier that is stored under an older key, then its owner is found', async () => {
    await harness.addSubject(hashed('old', 'email:mia@example.org'));
    expect((await written())?.message).not.toBeNull();
    expect(address().identifierHash).toBe(hashOf('mia@example.org'));
  });

  it.each<[string, Partial<SubjectState> | null]>([
    ['nobody', null],
    ['a suspended customer', { status: 'suspended' }],
  ])('AC-26 given %s, then no message, and a code that no digits match', async (_, changes) => {
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
  ])('sends no code of %s where others can read it, and answers as for nobody [AC-61]', async (_, roles) => {
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

  it('sends the code of an administrator where nobody else can read it [AC-61]', async () => {
    harness.channels.readableByOthers.add('sms');
    await known({ roles: ['customer', 'admin'] });
    expect((await written())?.message).not.toBeNull();
  });

  it('sends the code of a customer where others can read it [AC-61]', async () => {
    harness.channels.readableByOthers.add('email');
    await known();
    expect((await written())?.message).not.toBeNull();
  });

  it('sends nothing by a channel without a transport, and answers as for nobody [AC-61]', async () => {
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

  it('answers as for nobody when a number gets no SMS [AC-61]', async () => {
    await known({}, '+4915123456789');
    for (const number of ['+4915123456789', '+4915123456780']) {
      await harness.requestReset(number);
      expect(harness.dueMessages.enqueued).toEqual([]);
      expect(await harness.resetPassword('00000001', 'another horse', number)).toEqual({ outcome: 'code_expired' });
    }
  });

  it('given a customer who has no password yet, then he gets his code as well', async () => {
    await known({ credential: null });
    expect((await written())?.message).not.toBeNull();
  });

  it('given a message that was accepted after a while, then its ten minutes start there', async () => {
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
    'leaves a code that nobody can type when its message is not accepted, finally: %s [AC-62]',
    async (final) => {
      await known();
      await (await written())?.markFailed(final);
      expect(await harness.resetPassword('00000001', 'another horse')).toEqual({
        outcome: 'code_wrong',
        attemptsRemaining: 2,
      });
    },
  );

  it('writes another code for the next try, and none when three wrong ones came first [AC-62]', async () => {
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

  it('answers a customer who came or went after the code was asked for as before [AC-62]', async () => {
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

  it('given a second one, then the first code is dead, and its message starts nothing', async () => {
    await known();
    const first = await written();
    await written();
    await first?.markAccepted();
    await first?.markFailed(true);
    expect((await harness.resetPassword('00000001', 'another horse')).outcome).toBe('code_wrong');
    expect((await harness.resetPassword('00000002', 'another horse')).outcome).toBe('done');
  });

  it('given a reference that was tampered with, then no code', async () => {
    await known();
    await harness.requestReset();
    const reference = harness.dueMessages.enqueued[0]?.reference ?? '';
    const other = reference.replace(hashOf('mia@example.org'), hashOf('zoe@example.org'));
    await expect(harness.resetJob.prepareMessage(other)).rejects.toThrow();
    expect(harness.codes.issuedCodes).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { AttemptState } from '../../domain/registration-attempt.js';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('SendRegistrationCodeJob', () => {
  let harness: RegistrationHarness;
  let reference: string;

  const write = () => harness.codeDue.prepareMessage(reference);
  const attempt = async () => (await harness.attempt()) as AttemptState;
  const status = async () => {
    const { identifierHash, attemptId } = await attempt();
    return harness.codes.getStatus({ identifierHash, purpose: 'registration', subject: attemptId });
  };
  /** Places a decoy: registers an identifier that belongs to a customer. */
  const decoy = async () => {
    await (await write())?.markAccepted();
    await harness.activate('0001');
    harness.clock.advance(24 * 3_600_000);
    await harness.register({ password: 'of a stranger' });
    reference = harness.due.enqueued.at(-1)?.reference ?? '';
  };

  beforeEach(async () => {
    harness = new RegistrationHarness();
    await harness.register();
    reference = harness.due.enqueued.pop()?.reference ?? '';
  });

  it('has the job kind under which it is enqueued', async () => {
    await harness.register({ email: 'zoe@example.org' });
    expect(harness.due.enqueued.map(({ kind }) => kind)).toEqual([harness.codeDue.kind]);
  });

  it('includes neither address nor code in its reference [ST-10]', () => {
    expect(reference).toMatch(/^[0-9a-f]{64}\.[0-9a-f]{64}\.4$/);
  });

  it('composes a message with code and reference to the address of the attempt', async () => {
    const written = await write();
    expect(written?.message).toMatchObject({ channel: 'email', to: 'mia@example.org' });
    expect(written?.message?.text).toMatch(/^0001\n/);
    expect(written?.message?.text).toContain((await attempt()).reference);
  });

  it('starts the lifetime when the message is accepted, by the clock of the store', async () => {
    const written = await write();
    harness.clock.advance(7_000);
    await written?.markAccepted();
    const now = harness.clock.now().getTime();
    expect((await status())?.expiresAt.getTime()).toBe(now + 60_000);
    expect((await attempt()).codeUntil).toBe(now + 60_000);
    expect(await harness.activate('0001')).toMatchObject({ outcome: 'active' });
  });

  it.each([true, false])(
    'leaves an unmatchable code when its message is refused, finally: %s [AC-62]',
    async (final) => {
      const written = await write();
      const before = [await status(), await attempt()];
      await written?.markFailed(final);
      expect([await status(), await attempt()]).toEqual(before);
      expect(await harness.activate('0001')).toEqual({ outcome: 'code_wrong', attemptsRemaining: 2 });
    },
  );

  it('shows the lifetime of a usual delivery [AC-62]', async () => {
    await harness.codeDue.prepareMessage(reference, { sampleDurationMs: () => 2_000 });
    const expiresAt = harness.clock.now().getTime() + 62_000;
    expect([(await status())?.expiresAt.getTime(), (await attempt()).codeUntil]).toEqual([expiresAt, expiresAt]);
  });

  it('replaces the refused code for the next try [AC-62]', async () => {
    const first = await write();
    await harness.activate('9999');
    const before = await status();
    await first?.markFailed(false);
    const second = await first?.prepareRetry();
    expect(second?.message?.text).toMatch(/^0002\n/);
    expect(await status()).toEqual(before);
    await second?.markAccepted();
    expect(await harness.activate('0001')).toEqual({ outcome: 'code_wrong', attemptsRemaining: 1 });
    expect(await harness.activate('0002')).toMatchObject({ outcome: 'active' });
  });

  it('stops after three wrong codes or when the attempt is gone [AC-62]', async () => {
    const first = await write();
    await first?.markFailed(false);
    for (const _ of [1, 2, 3]) await harness.activate('9999');
    expect([await first?.prepareRetry(), await status()]).toEqual([null, null]);
    const other = await write();
    await other?.markFailed(false);
    await harness.attempts.remove(harness.keyOf());
    expect(await other?.prepareRetry()).toBeNull();
  });

  it('creates a new code for a second try and ignores the late result of the first [FM-S1]', async () => {
    const first = await write();
    const second = await write();
    expect(second?.message?.text).toMatch(/^0002\n/);
    expect(second?.message?.id).not.toBe(first?.message?.id);
    await first?.markFailed(false);
    await second?.markAccepted();
    expect(await harness.activate('0001')).toMatchObject({ outcome: 'code_wrong' });
    expect(await harness.activate('0002')).toMatchObject({ outcome: 'active' });
  });

  it('does nothing when the attempt is gone', async () => {
    await harness.attempts.remove(harness.keyOf());
    expect(await write()).toBeNull();
    expect(await harness.codeDue.prepareMessage('nonsense')).toBeNull();
  });

  it('sends a notice instead of a code when the attempt has become a customer', async () => {
    const written = await write();
    await written?.markAccepted();
    await harness.activate('0001');
    const notice = await write();
    expect(notice?.message?.text).toContain('already have an account');
    expect(notice?.message?.text).not.toMatch(/\d{4}/);
    expect(await status()).toBeNull();
  });

  describe('with a decoy', () => {
    beforeEach(decoy);

    const ofStranger = { password: 'of a stranger' };
    const statusOfDecoy = async () => {
      const found = (await harness.attempt(ofStranger)) as AttemptState;
      const { identifierHash, attemptId } = found;
      return harness.codes.getStatus({ identifierHash, purpose: 'registration', subject: attemptId });
    };

    it('notifies the owner and creates an unmatchable code [AC-26]', async () => {
      const written = await write();
      expect(written?.message).toMatchObject({ to: 'mia@example.org', subject: 'You already have an account' });
      await written?.markAccepted();
      expect((await statusOfDecoy())?.attemptsRemaining).toBe(3);
      expect((await harness.attempt(ofStranger))?.codeUntil).toBe(harness.clock.now().getTime() + 60_000);
    });

    it('notifies the owner once a day and otherwise behaves the same', async () => {
      await (await write())?.markAccepted();
      const second = await write();
      expect(second?.message).toBeNull();
      await second?.markAccepted();
      expect((await statusOfDecoy())?.attemptsRemaining).toBe(3);
    });

    it('notifies the owner with the second try when the first was not accepted', async () => {
      const first = await write();
      expect(first?.message).not.toBeNull();
      await first?.markFailed(false);
      expect((await first?.prepareRetry())?.message).not.toBeNull();
    });

    it('keeps the code after a refused message and notifies the owner with the next one [AC-62]', async () => {
      const first = await write();
      const before = await statusOfDecoy();
      await first?.markFailed(true);
      expect(await statusOfDecoy()).toEqual(before);
      expect((await write())?.message).not.toBeNull();
    });
  });
});

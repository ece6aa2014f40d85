import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '#notifications';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('CodeSent', () => {
  let harness: RegistrationHarness;

  /** The next due message of a code is accepted. Returns what is due then. */
  const accept = async (): Promise<Job | undefined> => {
    const { reference = '' } = harness.due.enqueued.shift() ?? {};
    await (await harness.codeDue.prepareMessage(reference))?.markAccepted();
    return harness.due.enqueued.at(-1);
  };
  const told = () => harness.outbox.events.filter(({ type }) => type === 'registration.code_sent.v1');

  beforeEach(async () => {
    harness = new RegistrationHarness();
    await harness.register();
  });

  it('given a message that was accepted, then it is due, and nothing is told before', async () => {
    expect(told()).toEqual([]);
    const due = await accept();
    expect(due?.kind).toBe(harness.codeSent.kind);
    expect(told()).toEqual([]);
  });

  it('given a message that was refused, then there is nothing to tell', async () => {
    const { reference = '' } = harness.due.enqueued.shift() ?? {};
    await (await harness.codeDue.prepareMessage(reference))?.markFailed(true);
    expect(harness.due.enqueued).toEqual([]);
  });

  it('given that it is due, then it is told behind the start, with neither address nor code', async () => {
    const ticket = await harness.register({ email: 'zoe@example.org' });
    harness.due.enqueued.shift();
    const due = await accept();
    expect(await harness.codeSent.prepareMessage(due?.reference ?? '')).toBeNull();
    const { attemptId } = ticket;
    const id = (await harness.attempt({ email: 'zoe@example.org' }))?.customerId;
    expect(told()).toMatchObject([{ subject: id, sequence: 2, market: 'US' }]);
    expect(told()[0]?.data).toEqual({ id, attemptId, channel: 'email', market: 'US' });
  });

  it('given that it is tried again, then it is told once', async () => {
    const { reference = '' } = (await accept()) ?? {};
    for (let times = 0; times < 3; times++) await harness.codeSent.prepareMessage(reference);
    expect(told()).toHaveLength(1);
    expect(reference).toContain(told()[0]?.id);
  });

  it('given another code, then it is told of, too, and counted on', async () => {
    await harness.deliverDueMessages();
    harness.clock.advance(60_000);
    await harness.resend();
    await harness.deliverDueMessages();
    expect(told().map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  it('AC-26 given a decoy, then the same is told, also when its owner gets no message', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    for (const password of ['of a stranger', 'of another']) {
      harness.clock.advance(60_000);
      await harness.register({ password });
      await harness.deliverDueMessages();
    }
    expect(told().map(({ sequence, data }) => [sequence, Object.keys(data)])).toEqual(
      [2, 4, 6].map((sequence) => [sequence, ['id', 'attemptId', 'channel', 'market']]),
    );
  });

  it('given a database that is away, then it stays due', async () => {
    const { reference = '' } = (await accept()) ?? {};
    harness.outbox.append = () => Promise.reject(new Error('away'));
    await expect(harness.codeSent.prepareMessage(reference)).rejects.toThrow('away');
  });

  it('given an attempt that is gone, then there is nothing to tell', async () => {
    const { reference = '' } = (await accept()) ?? {};
    await harness.attempts.remove(harness.keyOf());
    expect(await harness.codeSent.prepareMessage(reference)).toBeNull();
    expect(told()).toEqual([]);
  });
});

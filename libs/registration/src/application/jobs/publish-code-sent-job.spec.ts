import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '#notifications';
import { RegistrationHarness } from '../../testing/registration-harness.js';

describe('PublishCodeSentJob', () => {
  let harness: RegistrationHarness;

  /** Accepts the next code message. Returns the job that is enqueued then. */
  const accept = async (): Promise<Job | undefined> => {
    const { reference = '' } = harness.due.enqueued.shift() ?? {};
    await (await harness.codeDue.prepareMessage(reference))?.markAccepted();
    return harness.due.enqueued.at(-1);
  };
  const publishedEvents = () => harness.outbox.events.filter(({ type }) => type === 'registration.code_sent.v1');

  beforeEach(async () => {
    harness = new RegistrationHarness();
    await harness.register();
  });

  it('is enqueued when the message is accepted and publishes nothing before', async () => {
    expect(publishedEvents()).toEqual([]);
    const due = await accept();
    expect(due?.kind).toBe(harness.codeSent.kind);
    expect(publishedEvents()).toEqual([]);
  });

  it('is not enqueued when the message is refused', async () => {
    const { reference = '' } = harness.due.enqueued.shift() ?? {};
    await (await harness.codeDue.prepareMessage(reference))?.markFailed(true);
    expect(harness.due.enqueued).toEqual([]);
  });

  it('publishes the event after the start event, without address or code', async () => {
    const ticket = await harness.register({ email: 'zoe@example.org' });
    harness.due.enqueued.shift();
    const due = await accept();
    expect(await harness.codeSent.prepareMessage(due?.reference ?? '')).toBeNull();
    const { attemptId } = ticket;
    const id = (await harness.attempt({ email: 'zoe@example.org' }))?.customerId;
    expect(publishedEvents()).toMatchObject([{ subject: id, sequence: 2, market: 'US' }]);
    expect(publishedEvents()[0]?.data).toEqual({ id, attemptId, channel: 'email', market: 'US' });
  });

  it('publishes the event once when it is retried', async () => {
    const { reference = '' } = (await accept()) ?? {};
    for (let times = 0; times < 3; times++) await harness.codeSent.prepareMessage(reference);
    expect(publishedEvents()).toHaveLength(1);
    expect(reference).toContain(publishedEvents()[0]?.id);
  });

  it('publishes another code with the next sequence number', async () => {
    await harness.deliverDueMessages();
    harness.clock.advance(60_000);
    await harness.resend();
    await harness.deliverDueMessages();
    expect(publishedEvents().map(({ sequence }) => sequence)).toEqual([2, 3]);
  });

  it('publishes the same for a decoy, even without a message to its owner [AC-26]', async () => {
    const [text = ''] = await harness.deliverDueMessages();
    await harness.activate(text.slice(0, 4));
    for (const password of ['of a stranger', 'of another']) {
      harness.clock.advance(60_000);
      await harness.register({ password });
      await harness.deliverDueMessages();
    }
    expect(publishedEvents().map(({ sequence, data }) => [sequence, Object.keys(data)])).toEqual(
      [2, 4, 6].map((sequence) => [sequence, ['id', 'attemptId', 'channel', 'market']]),
    );
  });

  it('stays enqueued when the database cannot be reached', async () => {
    const { reference = '' } = (await accept()) ?? {};
    harness.outbox.append = () => Promise.reject(new Error('away'));
    await expect(harness.codeSent.prepareMessage(reference)).rejects.toThrow('away');
  });

  it('publishes nothing when the attempt is gone', async () => {
    const { reference = '' } = (await accept()) ?? {};
    await harness.attempts.remove(harness.keyOf());
    expect(await harness.codeSent.prepareMessage(reference)).toBeNull();
    expect(publishedEvents()).toEqual([]);
  });
});

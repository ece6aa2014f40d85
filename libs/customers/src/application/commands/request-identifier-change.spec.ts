import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier, Unavailable } from '#kernel';
import { hashed } from '#kernel/testing';
import { ChannelUnavailable, CustomerNotFound, TooManyChanges } from '../../domain/errors.js';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const NEW = { email: 'new@example.org' };
const PHONE = '+14155550132';

describe('RequestIdentifierChange', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;

  const given = async (limits: ConstructorParameters<typeof IdentifierChangeHarness>[0] = {}) => {
    harness = new IdentifierChangeHarness(limits);
    mia = await harness.addCustomer('mia@example.org');
  };
  const kinds = () => harness.due.enqueued.map(({ kind }) => kind);
  const [codeDue, noticeDue] = ['customers.identifier_code', 'customers.identifier_notice'];

  beforeEach(() => given());

  it('stores the pending change and enqueues a code and a notice without changing the record', async () => {
    harness.passwords.result = { outcome: 'right', generation: 7 };
    expect(await harness.requestChange(mia, NEW)).toMatchObject({
      outcome: 'asked',
      identifier: { canonical: NEW.email },
    });
    const change = await harness.pending.find(mia);
    expect(change).toMatchObject({
      customerId: mia,
      generation: 7,
      identifierHash: hashed('new', 'email:new@example.org'),
    });
    expect(kinds()).toEqual([noticeDue, codeDue]);
    expect(harness.due.enqueued[1]?.reference).toBe(`${mia}.${change?.id}`);
    expect(harness.audit.entries).toEqual([
      { action: 'customer.identifier_change_asked', actor: mia, target: mia, source: '192.0.2.7' },
    ]);
    expect([await harness.stateOf(mia), harness.outbox.events]).toEqual([
      { email: 'mia@example.org', phone: null, version: 1, names: [hashed('new', 'email:mia@example.org')] },
      [],
    ]);
  });

  it('enqueues jobs without e-mail addresses [ST-10]', async () => {
    await harness.requestChange(mia, NEW);
    expect(JSON.stringify(harness.due.enqueued)).not.toMatch(/example|@/);
  });

  it('notifies both identifiers of the owner', async () => {
    const both = await harness.addCustomer('zoe@example.org', { also: parseIdentifier(PHONE, 'US') });
    await harness.requestChange(both, NEW);
    expect((await harness.deliverDueMessages()).map(({ to }) => to)).toEqual(['zoe@example.org', PHONE, NEW.email]);
  });

  it('does the same work and sends the same messages when the identifier is taken [AC-26]', async () => {
    await harness.addCustomer('zoe@example.org');
    const seen = [];
    for (const email of [NEW.email, 'zoe@example.org']) {
      const { outcome } = await harness.requestChange(mia, { email });
      seen.push(JSON.stringify([outcome, kinds(), harness.audit.actions.at(-1)]));
      const texts = (await harness.deliverDueMessages()).map(({ to, text }) =>
        to === email ? text.replace(/^\d{8}/, '') : text,
      );
      seen.push(JSON.stringify(texts.map((text) => text.replaceAll(/\d{8}/g, ''))));
    }
    expect(seen.slice(0, 2)).toEqual(seen.slice(2));
  });

  it('replaces the first request, whose code is no longer sent, by a second one', async () => {
    await harness.requestChange(mia, NEW);
    const [, first] = harness.due.enqueued.splice(0);
    await harness.requestChange(mia, { email: 'other@example.org' });
    expect((await harness.pending.find(mia))?.identifier.canonical).toBe('other@example.org');
    expect(await harness.codeJob.prepareMessage(first?.reference ?? '')).toBeNull();
  });

  it.each([
    ['neither', {}],
    ['both', { ...NEW, phone: PHONE }],
    ['their own e-mail address in other case', { email: 'MIA@Example.org' }],
    ['an invalid e-mail address', { email: 'mia' }],
    ['a number where no SMS is sent', { phone: '+442071838750' }],
  ])('rejects %s before it checks the password', async (_, wanted) => {
    await expect(harness.requestChange(mia, wanted)).rejects.toBeInstanceOf(InvalidInput);
    expect([harness.passwords.asked, kinds(), await harness.pending.find(mia)]).toEqual([[], [], null]);
  });

  it('rejects a phone number when SMS is unavailable', async () => {
    harness.channels.available.delete('sms');
    await expect(harness.requestChange(mia, { phone: PHONE })).rejects.toBeInstanceOf(ChannelUnavailable);
  });

  it.each([
    [{ outcome: 'wrong' }, { outcome: 'password_wrong' }],
    [
      { outcome: 'too_many', retryAfterSeconds: 7 },
      { outcome: 'too_many', retryAfterSeconds: 7 },
    ],
  ] as const)(
    'requests, sends and counts nothing when the password check returns %j [AC-50]',
    async (result, outcome) => {
      await given({ identifierChanges: 1 });
      harness.passwords.result = result;
      expect(await harness.requestChange(mia, NEW)).toEqual(outcome);
      expect([kinds(), await harness.pending.find(mia), harness.audit.actions]).toEqual([[], null, []]);
      harness.passwords.result = { outcome: 'right', generation: 0 };
      expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
    },
  );

  it('limits changes per customer and day', async () => {
    await given({ identifierChanges: 2 });
    for (const n of [1, 2]) await harness.requestChange(mia, { email: `new${n}@example.org` });
    await expect(harness.requestChange(mia, NEW)).rejects.toBeInstanceOf(TooManyChanges);
    expect((await harness.pending.find(mia))?.identifier.canonical).toBe('new2@example.org');
    expect(await harness.requestChange(await harness.addCustomer('zoe@example.org'), NEW)).toMatchObject({
      outcome: 'asked',
    });
    harness.clock.advance(24 * 3_600_000);
    expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
  });

  it('returns 503 and counts nothing when the message backlog is too long', async () => {
    await given({ identifierChanges: 1 });
    harness.due.backlogSeconds = 6;
    await expect(harness.requestChange(mia, NEW)).rejects.toBeInstanceOf(Unavailable);
    harness.due.backlogSeconds = 5;
    expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
  });

  it.each([
    ['this source in a minute', { sendsPerSourceMinute: 1 }],
    ['this source in a day', { sendsPerSourceDay: 1 }],
    ['all sources together', { sendsPerIdentifier: 1 }],
  ])('notifies the owner without sending a code above the message limit of %s', async (_, few) => {
    await given(few);
    await harness.requestChange(await harness.addCustomer('zoe@example.org'), NEW);
    harness.due.enqueued.length = 0;
    expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
    expect(kinds()).toEqual([noticeDue]);
  });

  it('counts messages per source', async () => {
    await given({ sendsPerSourceMinute: 1 });
    await harness.requestChange(mia, NEW);
    await harness.requestChange(mia, NEW, '198.51.100.9');
    expect(kinds().filter((kind) => kind === codeDue)).toHaveLength(2);
  });

  it('does not find a deleted customer', async () => {
    const before = await harness.customers.findById(mia);
    if (before) await harness.customers.replace(before, before.delete(harness.clock.now()), { email: null });
    await expect(harness.requestChange(mia, NEW)).rejects.toBeInstanceOf(CustomerNotFound);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier, Unavailable } from '#kernel';
import { hashed } from '#kernel/testing';
import { ChannelUnavailable, CustomerNotFound, TooManyChanges } from '../../domain/errors.js';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const NEW = { email: 'new@example.org' };
const PHONE = '+14155550132';

describe('AskForIdentifier', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;

  const given = async (limits: ConstructorParameters<typeof IdentifierChangeHarness>[0] = {}) => {
    harness = new IdentifierChangeHarness(limits);
    mia = await harness.addCustomer('mia@example.org');
  };
  const kinds = () => harness.due.enqueued.map(({ kind }) => kind);
  const [codeDue, noticeDue] = ['customers.identifier_code', 'customers.identifier_notice'];

  beforeEach(() => given());

  it('given the password, then the change is pending, a code is due, the owner will hear of it, and nothing has changed', async () => {
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

  it('ST-10 given what is due, then it holds no address', async () => {
    await harness.requestChange(mia, NEW);
    expect(JSON.stringify(harness.due.enqueued)).not.toMatch(/example|@/);
  });

  it('given an owner with both, then both hear of it', async () => {
    const both = await harness.addCustomer('zoe@example.org', { also: parseIdentifier(PHONE, 'US') });
    await harness.requestChange(both, NEW);
    expect((await harness.deliverDueMessages()).map(({ to }) => to)).toEqual(['zoe@example.org', PHONE, NEW.email]);
  });

  it('AC-26 given one that is another customer’s, then the same answer, the same work and the same messages', async () => {
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

  it('given a second request, then it takes the place of the first, whose code is not written any more', async () => {
    await harness.requestChange(mia, NEW);
    const [, first] = harness.due.enqueued.splice(0);
    await harness.requestChange(mia, { email: 'other@example.org' });
    expect((await harness.pending.find(mia))?.identifier.canonical).toBe('other@example.org');
    expect(await harness.codeJob.prepareMessage(first?.reference ?? '')).toBeNull();
  });

  it.each([
    ['neither', {}],
    ['both', { ...NEW, phone: PHONE }],
    ['his own, in other letters', { email: 'MIA@Example.org' }],
    ['no address', { email: 'mia' }],
    ['a number where no SMS is sent', { phone: '+442071838750' }],
  ])('given %s, then 422, and nobody was asked for a password', async (_, wanted) => {
    await expect(harness.requestChange(mia, wanted)).rejects.toBeInstanceOf(InvalidInput);
    expect([harness.passwords.asked, kinds(), await harness.pending.find(mia)]).toEqual([[], [], null]);
  });

  it('given no way to send SMS, then that is said', async () => {
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
    'AC-50 given a password that is %j, then nothing is asked for, told or counted',
    async (result, outcome) => {
      await given({ identifierChanges: 1 });
      harness.passwords.result = result;
      expect(await harness.requestChange(mia, NEW)).toEqual(outcome);
      expect([kinds(), await harness.pending.find(mia), harness.audit.actions]).toEqual([[], null, []]);
      harness.passwords.result = { outcome: 'right', generation: 0 };
      expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
    },
  );

  it('given as many as a day allows, then the next waits, others do not, and the day passes', async () => {
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

  it('given messages that wait too long, then 503, and it was not counted', async () => {
    await given({ identifierChanges: 1 });
    harness.due.backlogSeconds = 6;
    await expect(harness.requestChange(mia, NEW)).rejects.toBeInstanceOf(Unavailable);
    harness.due.backlogSeconds = 5;
    expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
  });

  it.each([
    ['this source', { sendsPerSourceMinute: 1 }],
    ['this source in a day', { sendsPerSourceDay: 1 }],
    ['everybody', { sendsPerIdentifier: 1 }],
  ])(
    'given an identifier that %s has sent enough to, then the same answer, word to the owner, and no code',
    async (_, few) => {
      await given(few);
      await harness.requestChange(await harness.addCustomer('zoe@example.org'), NEW);
      harness.due.enqueued.length = 0;
      expect(await harness.requestChange(mia, NEW)).toMatchObject({ outcome: 'asked' });
      expect(kinds()).toEqual([noticeDue]);
    },
  );

  it('given another source, then it has sends of its own', async () => {
    await given({ sendsPerSourceMinute: 1 });
    await harness.requestChange(mia, NEW);
    await harness.requestChange(mia, NEW, '198.51.100.9');
    expect(kinds().filter((kind) => kind === codeDue)).toHaveLength(2);
  });

  it('given a customer who is deleted, then there is none', async () => {
    const before = await harness.customers.findById(mia);
    if (before) await harness.customers.replace(before, before.delete(harness.clock.now()), { email: null });
    await expect(harness.requestChange(mia, NEW)).rejects.toBeInstanceOf(CustomerNotFound);
  });
});

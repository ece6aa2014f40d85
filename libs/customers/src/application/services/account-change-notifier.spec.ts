import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountChange } from '#auth';
import { parseIdentifier } from '#kernel';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';

const PHONE = '+14155550132';
const CHANGES: readonly AccountChange[] = [
  'link_added',
  'link_removed',
  'password_changed',
  'sessions_ended',
  'sessions_ended_by_staff',
];

describe('AccountNotices', () => {
  let house: IdentifierChangeHarness;
  let mia: string;
  beforeEach(async () => {
    house = new IdentifierChangeHarness({ sendsPerIdentifier: 2 });
    mia = await house.addCustomer('mia@example.org', { also: parseIdentifier(PHONE, 'US'), locale: 'fr' });
  });

  it.each(CHANGES)(
    'tells the owner of %s at every identifier, in the language of the account [AC-70]',
    async (what) => {
      await house.accountChangeNotifier.onAccountChanged(mia, what);
      const sent = await house.deliverDueMessages();
      expect(sent.map(({ to }) => to)).toEqual(['mia@example.org', PHONE]);
      for (const { text } of sent) expect(text).toContain('Demandez aussitôt un nouveau mot de passe');
    },
  );

  it('puts nothing personal into the list of due messages [AC-70]', async () => {
    await house.accountChangeNotifier.onAccountChanged(mia, 'password_changed');
    const due = JSON.stringify(house.due.enqueued);
    expect([due.includes('mia@example.org'), due.includes(PHONE), due.includes('password')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('tells at the identifiers of that moment, although others follow at once [AC-70]', async () => {
    const zoe = await house.addCustomer('zoe@example.org');
    await house.accountChangeNotifier.onAccountChanged(zoe, 'sessions_ended');
    const customer = await house.customers.findById(zoe);
    if (!customer) throw new Error('zoe is there');
    await house.customers.replace(customer, customer.delete(house.clock.now()), {});
    expect((await house.deliverDueMessages()).map(({ to }) => to)).toEqual(['zoe@example.org']);
  });

  it('stops at as many as a customer may be sent in a day, each customer for itself [AC-70]', async () => {
    const zoe = await house.addCustomer('zoe@example.org');
    for (let n = 0; n < 4; n++) await house.accountChangeNotifier.onAccountChanged(mia, 'sessions_ended');
    await house.accountChangeNotifier.onAccountChanged(zoe, 'sessions_ended');
    const sent = await house.deliverDueMessages();
    expect(sent.filter(({ to }) => to === 'mia@example.org')).toHaveLength(2);
    expect(sent.filter(({ to }) => to === 'zoe@example.org')).toHaveLength(1);
    house.clock.advance(24 * 3_600_000);
    await house.accountChangeNotifier.onAccountChanged(mia, 'sessions_ended');
    expect(await house.deliverDueMessages()).toHaveLength(2);
  });

  it('tells nobody who is unknown or deleted [AC-70]', async () => {
    const customer = await house.customers.findById(mia);
    if (!customer) throw new Error('mia is there');
    await house.customers.replace(customer, customer.delete(house.clock.now()), {});
    for (const id of [mia, 'nobody']) await house.accountChangeNotifier.onAccountChanged(id, 'password_changed');
    expect(house.due.enqueued).toEqual([]);
  });
});

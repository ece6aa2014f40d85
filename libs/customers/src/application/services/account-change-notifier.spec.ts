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

describe('AccountChangeNotifier', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;
  beforeEach(async () => {
    harness = new IdentifierChangeHarness({ sendsPerIdentifier: 2 });
    mia = await harness.addCustomer('mia@example.org', { also: parseIdentifier(PHONE, 'US'), locale: 'fr' });
  });

  it.each(CHANGES)(
    'notifies the owner of %s at every identifier in the language of the account [AC-70]',
    async (what) => {
      await harness.accountChangeNotifier.onAccountChanged(mia, what);
      const sent = await harness.deliverDueMessages();
      expect(sent.map(({ to }) => to)).toEqual(['mia@example.org', PHONE]);
      for (const { text } of sent) expect(text).toContain('Demandez aussitôt un nouveau mot de passe');
    },
  );

  it('enqueues no personal data in clear text [AC-70]', async () => {
    await harness.accountChangeNotifier.onAccountChanged(mia, 'password_changed');
    const due = JSON.stringify(harness.due.enqueued);
    expect([due.includes('mia@example.org'), due.includes(PHONE), due.includes('password')]).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('uses the identifiers at the time of the change although they change right after [AC-70]', async () => {
    const zoe = await harness.addCustomer('zoe@example.org');
    await harness.accountChangeNotifier.onAccountChanged(zoe, 'sessions_ended');
    const customer = await harness.customers.findById(zoe);
    if (!customer) throw new Error('zoe is there');
    await harness.customers.replace(customer, customer.delete(harness.clock.now()), {});
    expect((await harness.deliverDueMessages()).map(({ to }) => to)).toEqual(['zoe@example.org']);
  });

  it('stops at the daily limit of each customer separately [AC-70]', async () => {
    const zoe = await harness.addCustomer('zoe@example.org');
    for (let n = 0; n < 4; n++) await harness.accountChangeNotifier.onAccountChanged(mia, 'sessions_ended');
    await harness.accountChangeNotifier.onAccountChanged(zoe, 'sessions_ended');
    const sent = await harness.deliverDueMessages();
    expect(sent.filter(({ to }) => to === 'mia@example.org')).toHaveLength(2);
    expect(sent.filter(({ to }) => to === 'zoe@example.org')).toHaveLength(1);
    harness.clock.advance(24 * 3_600_000);
    await harness.accountChangeNotifier.onAccountChanged(mia, 'sessions_ended');
    expect(await harness.deliverDueMessages()).toHaveLength(2);
  });

  it('sends no notice to an unknown or deleted customer [AC-70]', async () => {
    const customer = await harness.customers.findById(mia);
    if (!customer) throw new Error('mia is there');
    await harness.customers.replace(customer, customer.delete(harness.clock.now()), {});
    for (const id of [mia, 'nobody']) await harness.accountChangeNotifier.onAccountChanged(id, 'password_changed');
    expect(harness.due.enqueued).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { CustomerNotFound } from '../../domain/errors.js';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';
import { EndSessions, EndSessionsHandler } from './end-sessions.js';

const ORDERED = { by: 'an admin', source: '192.0.2.7' };

describe('ending the sessions of a customer', () => {
  let house: IdentifierChangeHarness;
  let mia: string;
  let end: (id: string) => Promise<void>;

  beforeEach(async () => {
    house = new IdentifierChangeHarness();
    mia = await house.addCustomer('mia@example.org');
    const handler = new EndSessionsHandler(house.work, house.updater, house.signIns);
    end = (id) => handler.execute(new EndSessions(id, ORDERED));
  });

  it('ends all of them, says who ordered it and from where, and leaves the record as it is [AC-79]', async () => {
    const before = (await house.customers.findById(mia))?.snapshot();
    await end(mia);
    expect(house.signIns.endedAll).toEqual([{ customerId: mia, ...ORDERED }]);
    expect((await house.customers.findById(mia))?.snapshot()).toEqual(before);
  });

  it('cancels a change of an identifier that waits for its proof [AC-79]', async () => {
    const code = await house.requestCode(mia, { email: 'new@example.org' });
    await end(mia);
    expect(await house.confirmChange(mia, code)).toEqual({ outcome: 'code_expired' });
  });

  it('finds nobody who is unknown or deleted [AC-79]', async () => {
    const customer = await house.customers.findById(mia);
    if (!customer) throw new Error('mia is there');
    await house.customers.replace(customer, customer.delete(house.clock.now()), {});
    for (const id of [mia, 'nobody']) await expect(end(id)).rejects.toBeInstanceOf(CustomerNotFound);
    expect(house.signIns.endedAll).toEqual([]);
  });
});

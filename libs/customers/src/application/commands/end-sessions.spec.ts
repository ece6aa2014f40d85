import { beforeEach, describe, expect, it } from 'vitest';
import { CustomerNotFound } from '../../domain/errors.js';
import { IdentifierChanges } from '../../testing/identifier-changes.js';
import { EndSessions, EndSessionsHandler } from './end-sessions.js';

const ORDERED = { by: 'an admin', source: '192.0.2.7' };

describe('ending the sessions of a customer', () => {
  let house: IdentifierChanges;
  let mia: string;
  let end: (id: string) => Promise<void>;

  beforeEach(async () => {
    house = new IdentifierChanges();
    mia = await house.admit('mia@example.org');
    const handler = new EndSessionsHandler(house.work, house.record, house.signIns);
    end = (id) => handler.execute(new EndSessions(id, ORDERED));
  });

  it('ends all of them, says who ordered it and from where, and leaves the record as it is [AC-79]', async () => {
    const before = (await house.customers.byId(mia))?.snapshot();
    await end(mia);
    expect(house.signIns.endedAll).toEqual([{ customerId: mia, ...ORDERED }]);
    expect((await house.customers.byId(mia))?.snapshot()).toEqual(before);
  });

  it('cancels a change of an identifier that waits for its proof [AC-79]', async () => {
    const code = await house.codeFor(mia, { email: 'new@example.org' });
    await end(mia);
    expect(await house.confirm(mia, code)).toEqual({ outcome: 'code_expired' });
  });

  it('finds nobody who is unknown or deleted [AC-79]', async () => {
    const customer = await house.customers.byId(mia);
    if (!customer) throw new Error('mia is there');
    await house.customers.replace(customer, customer.delete(house.clock.now()), {});
    for (const id of [mia, 'nobody']) await expect(end(id)).rejects.toBeInstanceOf(CustomerNotFound);
    expect(house.signIns.endedAll).toEqual([]);
  });
});

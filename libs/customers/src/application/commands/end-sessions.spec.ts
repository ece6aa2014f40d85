import { beforeEach, describe, expect, it } from 'vitest';
import { CustomerNotFound } from '../../domain/errors.js';
import { IdentifierChangeHarness } from '../../testing/identifier-change-harness.js';
import { EndSessions, EndSessionsHandler } from './end-sessions.js';

const ACTOR = { by: 'an admin', source: '192.0.2.7' };

describe('EndSessions', () => {
  let harness: IdentifierChangeHarness;
  let mia: string;
  let end: (id: string) => Promise<void>;

  beforeEach(async () => {
    harness = new IdentifierChangeHarness();
    mia = await harness.addCustomer('mia@example.org');
    const handler = new EndSessionsHandler(harness.work, harness.updater, harness.signIns);
    end = (id) => handler.execute(new EndSessions(id, ACTOR));
  });

  it('ends all sessions with actor and source and leaves the record unchanged [AC-79]', async () => {
    const before = (await harness.customers.findById(mia))?.snapshot();
    await end(mia);
    expect(harness.signIns.endedAll).toEqual([{ customerId: mia, ...ACTOR }]);
    expect((await harness.customers.findById(mia))?.snapshot()).toEqual(before);
  });

  it('cancels a pending identifier change [AC-79]', async () => {
    const code = await harness.requestCode(mia, { email: 'new@example.org' });
    await end(mia);
    expect(await harness.confirmChange(mia, code)).toEqual({ outcome: 'code_expired' });
  });

  it('rejects an unknown or deleted customer [AC-79]', async () => {
    const customer = await harness.customers.findById(mia);
    if (!customer) throw new Error('mia is there');
    await harness.customers.replace(customer, customer.delete(harness.clock.now()), {});
    for (const id of [mia, 'nobody']) await expect(end(id)).rejects.toBeInstanceOf(CustomerNotFound);
    expect(harness.signIns.endedAll).toEqual([]);
  });
});

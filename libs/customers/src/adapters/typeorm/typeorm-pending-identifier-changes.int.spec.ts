import { describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { AesGcmSealer } from '#platform/crypto';
import { type Database } from '#platform/database';
import { DATABASES } from '#platform/database/testing';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { aPendingIdentifierChange } from '../../testing/a-pending-identifier-change.js';
import { openCustomersDatabase } from '../../testing/customers-database.js';
import { pendingIdentifierChangesContract } from '../pending-identifier-changes.contract.js';
import { IdentifierChangesPurge } from './identifier-changes-purge.js';
import { TypeOrmPendingIdentifierChanges } from './typeorm-pending-identifier-changes.js';

const SECRET = 'a secret of the tests, long enough for all';
const SEAL = new AesGcmSealer([{ kid: '0', secret: SECRET }], 'CODE_SECRET', 'identifier-change-seal');
const changesOf = (database: Database, clock = new FixedClock()) =>
  new TypeOrmPendingIdentifierChanges(database, SEAL, clock);

for (const [name, fresh] of DATABASES)
  pendingIdentifierChangesContract(`TypeOrmPendingIdentifierChanges on ${name}`, async () => {
    const { database, work, drop } = await openCustomersDatabase(fresh);
    return { changes: changesOf(database), work, drop };
  });

describe.each(DATABASES)('TypeOrmPendingIdentifierChanges on %s', (_, fresh) => {
  it('encrypts the identifier and binds it to the customer', async () => {
    const { database, drop } = await openCustomersDatabase(fresh);
    const [changes, change] = [changesOf(database), aPendingIdentifierChange()];
    await changes.save(change);
    const rows = await database.query('select * from customer_identifier_changes');
    expect(JSON.stringify(rows)).not.toContain(change.identifier.canonical.slice(0, 8));
    const { id: other } = aNewCustomer();
    await database.execute('update customer_identifier_changes set customer_id = ?', [other]);
    await expect(changes.find(other)).rejects.toThrow();
    await drop();
  });

  it('keeps the previous change when the unit of work is rolled back', async () => {
    const { database, work, drop } = await openCustomersDatabase(fresh);
    const [changes, before] = [changesOf(database), aPendingIdentifierChange()];
    await changes.save(before);
    const failing = work.run(async () => {
      await changes.save(aPendingIdentifierChange({ customerId: before.customerId }));
      throw new Error('changed its mind');
    });
    await expect(failing).rejects.toThrow('changed its mind');
    expect(await changes.find(before.customerId)).toEqual(before);
    await drop();
  });

  it('purges a change one hour after the request', async () => {
    const { database, drop } = await openCustomersDatabase(fresh);
    const clock = new FixedClock();
    const [changes, purge] = [changesOf(database, clock), new IdentifierChangesPurge(database, clock)];
    const [old, young] = [aPendingIdentifierChange(), aPendingIdentifierChange()];
    await changes.save(old);
    clock.advance(3_600_000);
    await changes.save(young);
    expect(await purge.run()).toBe(0);
    clock.advance(1);
    expect([await purge.run(), await purge.run()]).toEqual([1, 0]);
    expect([await changes.find(old.customerId), await changes.find(young.customerId)]).toEqual([null, young]);
    await drop();
  });
});

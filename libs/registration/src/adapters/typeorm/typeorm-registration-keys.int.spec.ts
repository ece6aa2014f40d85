import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES, openDatabase } from '#platform/database/testing';
import { hex } from '../../testing/an-attempt-draft.js';
import { registrationKeysContract } from '../registration-keys.contract.js';
import { RegistrationKeysPurge } from './registration-keys-purge.js';
import { registrationTables } from './tables.js';
import { TypeOrmRegistrationKeys } from './typeorm-registration-keys.js';

const DAY = 24 * 3_600_000;

for (const [name, fresh] of DATABASES)
  registrationKeysContract(`TypeOrmRegistrationKeys on ${name}`, async () => {
    const { database, work, drop } = await openDatabase(fresh, [registrationTables]);
    return { keys: new TypeOrmRegistrationKeys(database, new FixedClock()), work, drop };
  });

describe.each(DATABASES)('RegistrationKeysPurge on %s', (_, fresh) => {
  it('deletes an unproven key a year after its last use', async () => {
    const { database, drop } = await openDatabase(fresh, [registrationTables]);
    const clock = new FixedClock();
    const keys = new TypeOrmRegistrationKeys(database, clock);
    const purge = new RegistrationKeysPurge(database, clock);
    const [old, used, proven, given, taken] = [hex(), hex(), hex(), hex(), hex()];
    for (const hash of [old, used, proven]) await keys.lockAndIncrement([hash], randomUUID(), null);
    await keys.lockAndMarkProven([proven]);
    await keys.assign([given], randomUUID());
    await keys.assign([taken], randomUUID());
    await keys.reassign([taken], randomUUID());
    clock.advance(365 * DAY);
    await keys.lockAndIncrement([used], randomUUID(), null);
    expect(await purge.run()).toBe(0);
    clock.advance(1);
    expect([await purge.run(), await purge.run()]).toEqual([2, 0]);
    const found = await Promise.all([old, taken, used, proven, given].map((hash) => keys.find([hash])));
    expect(found.map((key) => key !== null)).toEqual([false, false, true, true, true]);
    await drop();
  });
});

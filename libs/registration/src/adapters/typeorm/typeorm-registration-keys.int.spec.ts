import { FixedClock } from '../../testing/fixed-clock.js';
import { DATABASES, openDatabase } from '../../testing/registration-database.js';
import { registrationKeysContract } from '../registration-keys.contract.js';
import { registrationTables } from './tables.js';
import { TypeOrmRegistrationKeys } from './typeorm-registration-keys.js';

for (const [name, fresh] of DATABASES)
  registrationKeysContract(`TypeOrmRegistrationKeys on ${name}`, async () => {
    const { database, work, drop } = await openDatabase(fresh, [registrationTables]);
    return { keys: new TypeOrmRegistrationKeys(database, new FixedClock()), work, drop };
  });

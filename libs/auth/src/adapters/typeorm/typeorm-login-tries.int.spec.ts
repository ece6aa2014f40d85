import { describe } from 'vitest';
import { DATABASES, openDatabase } from '../../testing/auth-database.js';
import { Units } from '../../testing/units.js';
import { loginTriesContract } from '../login-tries.contract.js';
import { TypeOrmLoginTries } from './typeorm-login-tries.js';

/** Time is the database's own: what is stored becomes older. */
const OLDER = `update auth_login_tries
  set last_ms = last_ms - ?, wait_until_ms = wait_until_ms - ?, known_until_ms = known_until_ms - ?`;

describe.each(DATABASES)('on %s', (name, fresh) => {
  loginTriesContract(`TypeOrmLoginTries on ${name}`, async () => {
    const { database, drop } = await openDatabase(fresh);
    const replica = () => new TypeOrmLoginTries(database, new Units(database));
    const pass = async (ms: number) => void (await database.execute(OLDER, [ms, ms, ms]));
    return { replicas: [replica(), replica()], pass, drop };
  });
});

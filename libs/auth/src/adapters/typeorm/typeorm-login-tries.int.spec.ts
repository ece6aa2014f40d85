import { describe } from 'vitest';
import { DATABASES } from '#platform/database/testing';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { loginTriesContract } from '../login-tries.contract.js';
import { TypeOrmLoginTries } from './typeorm-login-tries.js';

/** Uses database time: advances it by making stored rows older. */
const OLDER = 'update auth_login_tries set last_ms = last_ms - ?, wait_until_ms = wait_until_ms - ?';

describe.each(DATABASES)('on %s', (name, fresh) => {
  loginTriesContract(`TypeOrmLoginTries on ${name}`, async () => {
    const { database, work, drop } = await openAuthDatabase(fresh);
    const replica = () => new TypeOrmLoginTries(database, work);
    const pass = async (ms: number) => void (await database.execute(OLDER, [ms, ms]));
    return { replicas: [replica(), replica()], pass, drop };
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '#platform/async';
import type { Database } from '#platform/database';
import { DATABASES } from '#platform/database/testing';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { TypeOrmLegacyHashFlag } from './typeorm-legacy-hash-flag.js';

for (const [name, fresh] of DATABASES)
  describe(`TypeOrmLegacyHashFlag on ${name}`, () => {
    let database: Database;
    let drop: () => Promise<void>;
    let mark: TypeOrmLegacyHashFlag;
    beforeAll(async () => {
      ({ database, drop } = await openAuthDatabase(fresh));
      mark = new TypeOrmLegacyHashFlag(database, new SystemClock());
    });
    afterAll(() => drop());

    it('stays set after repeated calls', async () => {
      expect(await mark.isSet()).toBe(false);
      const failing = database.runInTransaction(async () => {
        await mark.set();
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await mark.isSet()).toBe(false);
      for (let n = 0; n < 2; n++) await database.runInTransaction(() => mark.set());
      expect(await mark.isSet()).toBe(true);
    });
  });

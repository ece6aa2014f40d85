import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TransactionConflict } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { DuplicateKey } from '#platform/database';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import { assertNotLastAdministrator } from '../../application/services/assert-not-last-administrator.js';
import { LastAdministrator } from '../../domain/errors.js';
import { Subject } from '../../domain/subject.js';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { subjectsContract } from '../subjects.contract.js';
import { TypeOrmSubjects } from './typeorm-subjects.js';

const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const newSubject = () =>
  Subject.enrol({ customerId: randomUUID(), roles: ['customer'], credential: null, market: 'US', locale: 'en' });

describe.each(DATABASES)('on %s', (name, fresh) => {
  subjectsContract(`TypeOrmSubjects on ${name}`, async () => {
    const { database, drop } = await openAuthDatabase(fresh);
    return { subjects: new TypeOrmSubjects(database, new FixedClock()), drop };
  });

  describe('TypeOrmSubjects in a transaction', () => {
    let opened: OpenDatabase;
    let subjects: TypeOrmSubjects;
    beforeAll(async () => {
      opened = await openAuthDatabase(fresh);
      subjects = new TypeOrmSubjects(opened.database, new FixedClock());
    });
    afterAll(() => opened.drop());

    it('adds no subject when the unit of work is rolled back', async () => {
      const identifier = hash();
      const failing = opened.database.runInTransaction(async () => {
        await subjects.add(newSubject(), identifier);
        expect(await subjects.findByIdentifierHashes([identifier])).not.toBeNull();
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await subjects.findByIdentifierHashes([identifier])).toBeNull();
    });

    it('shows the second of two mutual removals that the first is gone [AC-73]', async () => {
      const administrators = [newSubject(), newSubject()].map((one) =>
        Subject.restore({ ...one.snapshot(), roles: ['customer', 'admin'], credential: 'v2$0$x' }),
      );
      for (const one of administrators) await subjects.add(one, hash());
      const [mia = '', eve = ''] = administrators.map((one) => one.snapshot().customerId);
      const drop = (whom: string) =>
        opened.work.run(async () => {
          await assertNotLastAdministrator(subjects, whom);
          await subjects.setRoles(whom, ['customer']);
        });
      // The first call inserts the row that is locked.
      for (let round = 0; round < 10; round++) {
        const outcomes = await Promise.allSettled([drop(mia), drop(eve)]);
        const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
        expect(refused.map(({ reason }) => (reason as Error).constructor)).toEqual([LastAdministrator]);
        expect(await subjects.anyActiveHasRole('admin')).toBe(true);
        for (const whom of [mia, eve]) await subjects.setRoles(whom, ['customer', 'admin']);
      }
    });

    it('translates the error for a duplicate identifier', async () => {
      const identifier = hash();
      await subjects.add(newSubject(), identifier);
      await expect(subjects.add(newSubject(), identifier)).rejects.toBeInstanceOf(DuplicateKey);
    });

    it('ends one of two deadlocked units of work as a retryable conflict [FM-D6]', async () => {
      const [one, other] = [hash(), hash()];
      const unit = (first: string, second: string) =>
        opened.database.runInTransaction(async () => {
          await subjects.add(newSubject(), first);
          await met();
          await subjects.add(newSubject(), second);
        });
      const met = createBarrier(2);
      const outcomes = await Promise.allSettled([unit(one, other), unit(other, one)]);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).not.toEqual([]);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(TransactionConflict);
    });
  });
});

/** A barrier: every caller waits until all have arrived. */
function createBarrier(all: number): () => Promise<void> {
  let come = 0;
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    if (++come === all) open();
    return gate;
  };
}

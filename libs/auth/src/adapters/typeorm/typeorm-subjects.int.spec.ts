import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DuplicateKey, TransactionConflict } from '#platform';
import { DATABASES, type OpenDatabase } from '#platform/testing';
import { Subject } from '../../domain/subject.js';
import { openAuth } from '../../testing/auth-database.js';
import { subjectsContract } from '../subjects.contract.js';
import { TypeOrmSubjects } from './typeorm-subjects.js';

const hash = () => randomUUID().replaceAll('-', '').repeat(2);
const somebody = () =>
  Subject.enrol({ customerId: randomUUID(), roles: ['customer'], credential: null, market: 'US', locale: 'en' });

describe.each(DATABASES)('on %s', (name, fresh) => {
  subjectsContract(`TypeOrmSubjects on ${name}`, async () => {
    const { database, drop } = await openAuth(fresh);
    return { subjects: new TypeOrmSubjects(database, new FixedClock()), drop };
  });

  describe('its transaction', () => {
    let opened: OpenDatabase;
    let subjects: TypeOrmSubjects;
    beforeAll(async () => {
      opened = await openAuth(fresh);
      subjects = new TypeOrmSubjects(opened.database, new FixedClock());
    });
    afterAll(() => opened.drop());

    it('given a unit that is rolled back, then nobody was added', async () => {
      const identifier = hash();
      const failing = opened.database.transaction(async () => {
        await subjects.add(somebody(), identifier);
        expect(await subjects.byIdentifier([identifier])).not.toBeNull();
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await subjects.byIdentifier([identifier])).toBeNull();
    });

    it('given an identifier that is taken, then its error is translated', async () => {
      const identifier = hash();
      await subjects.add(somebody(), identifier);
      await expect(subjects.add(somebody(), identifier)).rejects.toBeInstanceOf(DuplicateKey);
    });

    it('FM-D6 given two units that block each other, then whichever gives way ends as a conflict, to be run again', async () => {
      const [one, other] = [hash(), hash()];
      const unit = (first: string, second: string) =>
        opened.database.transaction(async () => {
          await subjects.add(somebody(), first);
          await met();
          await subjects.add(somebody(), second);
        });
      const met = meeting(2);
      const outcomes = await Promise.allSettled([unit(one, other), unit(other, one)]);
      const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
      expect(refused).not.toEqual([]);
      for (const { reason } of refused) expect(reason).toBeInstanceOf(TransactionConflict);
    });
  });
});

/** Everybody waits until all have come. */
function meeting(all: number): () => Promise<void> {
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

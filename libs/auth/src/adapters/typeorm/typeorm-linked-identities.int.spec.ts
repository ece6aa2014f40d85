import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { linkedIdentitiesContract } from '../linked-identities.contract.js';
import { SqlLinkedIdentityViews } from './sql-linked-identity-views.js';
import { TypeOrmLinkedIdentities } from './typeorm-linked-identities.js';
import { TypeOrmSubjects } from './typeorm-subjects.js';

describe.each(DATABASES)('on %s', (name, fresh) => {
  linkedIdentitiesContract(`TypeOrmLinks on ${name}`, async () => {
    const { database, drop } = await openAuthDatabase(fresh);
    const clock = new FixedClock();
    return {
      links: new TypeOrmLinkedIdentities(database, clock),
      subjects: new TypeOrmSubjects(database, clock),
      drop,
    };
  });

  describe('SqlLinkedIdentityViews', () => {
    let opened: OpenDatabase;
    const clock = new FixedClock();
    beforeAll(async () => {
      opened = await openAuthDatabase(fresh);
    });
    afterAll(() => opened.drop());

    it('lists the links of the customer, oldest first, without the external subject', async () => {
      const [links, views] = [
        new TypeOrmLinkedIdentities(opened.database, clock),
        new SqlLinkedIdentityViews(opened.database),
      ];
      const [mia, eve] = [randomUUID(), randomUUID()];
      for (const [customerId, subject] of [
        [mia, 'a'],
        [eve, 'b'],
        [mia, 'c'],
      ] as const) {
        await links.add({ id: randomUUID(), issuer: `https://${subject}.example`, subject, customerId });
        await clock.pause(1_000);
      }
      const id = expect.any(String);
      expect(await views.listByCustomer(mia)).toEqual([
        { id, issuer: 'https://a.example', createdAt: '2026-03-01T12:00:00.000Z' },
        { id, issuer: 'https://c.example', createdAt: '2026-03-01T12:00:02.000Z' },
      ]);
      expect(await views.listByCustomer(randomUUID())).toEqual([]);
    });

    it('adds no link when the unit of work is rolled back', async () => {
      const links = new TypeOrmLinkedIdentities(opened.database, clock);
      const who = { issuer: 'https://login.example', subject: 'regretted' };
      const unit = opened.database.runInTransaction(async () => {
        await links.add({ id: randomUUID(), customerId: randomUUID(), ...who });
        throw new Error('changed its mind');
      });
      await expect(unit).rejects.toThrow('changed its mind');
      expect(await links.findByIdentity(who)).toBeNull();
    });
  });
});

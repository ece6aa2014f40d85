import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ids } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import type { NewSession } from '../../application/ports.js';
import { MAX_LISTED_ROWS } from '../../application/views.js';
import { Subject } from '../../domain/subject.js';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { sessionsContract } from '../sessions.contract.js';
import { SessionsPurge } from './sessions-purge.js';
import { SqlSessionViews } from './sql-session-views.js';
import { TypeOrmSessions } from './typeorm-sessions.js';
import { TypeOrmSubjects } from './typeorm-subjects.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Uses database time: advances it by making stored rows older. */
const OLDER = 'update auth_sessions set rotated_ms = rotated_ms - ?, expires_ms = expires_ms - ?';
const IDS: Ids = { next: () => randomUUID(), opaque: () => randomUUID() };
const hash = () => randomUUID().replaceAll('-', '').repeat(2);

describe.each(DATABASES)('on %s', (name, fresh) => {
  sessionsContract(`TypeOrmSessions on ${name}`, async () => {
    const { database, drop } = await openAuthDatabase(fresh);
    const clock = new FixedClock();
    const pass = async (ms: number) => void (await database.execute(OLDER, [ms, ms]));
    return {
      sessions: new TypeOrmSessions(database, clock, IDS),
      subjects: new TypeOrmSubjects(database, clock),
      pass,
      now: () => clock.now(),
      lines: async (target) => (await database.query('select id from audit_log where target = ?', [target])).length,
      drop,
    };
  });

  describe('TypeOrmSessions', () => {
    let opened: OpenDatabase;
    const clock = new FixedClock();
    beforeAll(async () => {
      opened = await openAuthDatabase(fresh);
    });
    afterAll(() => opened.drop());

    const createCustomer = async () => {
      const customerId = randomUUID();
      const enrolment = { customerId, roles: ['customer'], credential: null, market: 'US', locale: 'en' } as const;
      await new TypeOrmSubjects(opened.database, clock).add(Subject.enrol(enrolment), hash());
      return customerId;
    };
    const begin = async (customerId: string, changes: Partial<NewSession> = {}) => {
      const id = randomUUID();
      const session = { id, customerId, generation: 0, currentHash: hash(), scope: 'customer', source: '192.0.2.7' };
      await new TypeOrmSessions(opened.database, clock, IDS).createSession({ ...session, lifeMs: HOUR, ...changes });
      await clock.pause(1_000);
      return id;
    };
    const left = async (table: string, key: string) =>
      (await opened.database.query<{ found: string }>(`select ${key} as found from ${table}`)).map(
        ({ found }) => found,
      );

    it('lists live sessions, newest first, with their times', async () => {
      const [mia, eve] = [await createCustomer(), await createCustomer()];
      const [first, second] = [await begin(mia), await begin(mia, { source: '2001:db8::/64' })];
      const ended = await begin(mia);
      await new TypeOrmSessions(opened.database, clock, IDS).endSession(ended);
      await begin(mia, { lifeMs: -1 });
      await begin(mia, { generation: 1 });
      await begin(eve);
      const shown = await new SqlSessionViews(opened.database).listByCustomer(mia);
      expect(shown.map(({ id }) => id)).toEqual([second, first]);
      expect(shown[1]).toEqual({
        id: first,
        source: '192.0.2.7',
        createdAt: expect.stringMatching(/^2026-03-01T12:00:\d\d\.000Z$/),
        usedAt: shown[1]?.createdAt,
        expiresAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT.+Z$/),
      });
      expect(Date.parse(shown[0]?.expiresAt ?? '')).toBeGreaterThan(Date.now() + HOUR / 2);
    });

    it('lists at most a hundred sessions', async () => {
      const mia = await createCustomer();
      const begun: string[] = [];
      for (let n = 0; n <= MAX_LISTED_ROWS; n++) begun.push(await begin(mia));
      const shown = await new SqlSessionViews(opened.database).listByCustomer(mia);
      expect(shown.map(({ id }) => id)).toEqual(begun.slice(1).reverse());
    });

    it('does not list or accept expired sessions that are not purged yet [AC-13]', async () => {
      const mia = await createCustomer();
      const id = await begin(mia, { lifeMs: -1 });
      expect(await new SqlSessionViews(opened.database).listByCustomer(mia)).toEqual([]);
      const found = await new TypeOrmSessions(opened.database, clock, IDS).findById(id);
      expect(found && found.session.expiresAt <= found.now).toBe(true);
    });

    it('purges sessions, revocations and idle counts a week after their end', async () => {
      const { database } = opened;
      for (const table of ['auth_sessions', 'auth_revocations', 'auth_login_tries'])
        await database.execute(`delete from ${table}`);
      const mia = await createCustomer();
      const sessions = new TypeOrmSessions(database, clock, IDS);
      const [alive, ended, expired, endedToday] = [
        await begin(mia, { lifeMs: DAY }),
        await begin(mia, { lifeMs: 30 * DAY }),
        await begin(mia, { lifeMs: -8 * DAY }),
        await begin(mia),
      ];
      for (const id of [ended, endedToday]) await sessions.endSession(id);
      await database.execute('update auth_sessions set revoked_ms = revoked_ms - ? where id = ?', [8 * DAY, ended]);
      const now = Date.now();
      const revocation = `insert into auth_revocations (id, customer_id, session_id, revoked_ms, expires_ms)
        values (?, ?, ?, ?, ?)`;
      const recent = randomUUID();
      await database.execute(revocation, [recent, mia, ended, now, now + HOUR]);
      await database.execute(revocation, [randomUUID(), mia, expired, now - 9 * DAY, now - 8 * DAY]);
      const count = `insert into auth_login_tries (subject_key, source, wrong, open_tries, last_ms, wait_until_ms, known_until_ms)
        values (?, ?, 3, 0, ?, ?, 0)`;
      await database.execute(count, ['waits', '192.0.2.7', now - 3 * DAY, now + 60_000]);
      await database.execute(count, ['total', '', now - 3 * DAY, now - HOUR]);
      await database.execute(count, ['fresh', '192.0.2.7', now - DAY, 0]);
      await database.execute(count, ['fresh', '192.0.2.8', now - 2 * DAY, 0]);
      await database.execute(count, ['quiet', '', now - 2 * DAY, now - 2 * DAY]);

      const today = Object.assign(new FixedClock(), { now: () => new Date() });
      const purge = new SessionsPurge(database, today);
      expect(await purge.run()).toBe(5);
      expect((await left('auth_sessions', 'id')).toSorted()).toEqual([alive, endedToday].toSorted());
      expect(await left('auth_revocations', 'id')).toEqual([recent]);
      expect((await left('auth_login_tries', 'subject_key')).toSorted()).toEqual(['fresh', 'total', 'waits']);
      expect(await purge.run()).toBe(0);
    });
  });
});

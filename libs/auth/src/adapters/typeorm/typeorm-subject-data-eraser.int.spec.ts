import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Ids } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { DATABASES, type OpenDatabase } from '#platform/database/testing';
import { tryKeyByDevice, tryKeyByName } from '../../application/services/login-try-key.js';
import { Subject } from '../../domain/subject.js';
import { openAuthDatabase } from '../../testing/auth-database.js';
import { TypeOrmLoginTries } from './typeorm-login-tries.js';
import { TypeOrmSessions } from './typeorm-sessions.js';
import { TypeOrmSubjectDataEraser } from './typeorm-subject-data-eraser.js';
import { TypeOrmSubjects } from './typeorm-subjects.js';

const IDS: Ids = { next: () => randomUUID(), opaque: () => randomUUID() };
const hash = () => randomUUID().replaceAll('-', '').repeat(2);

describe.each(DATABASES)('TypeOrmSubjectDataEraser on %s', (_, fresh) => {
  let opened: OpenDatabase;
  beforeAll(async () => {
    opened = await openAuthDatabase(fresh);
  });
  afterAll(() => opened.drop());

  it('erases all data of one subject, and none of another', async () => {
    const { database, work } = opened;
    const clock = new FixedClock();
    const [subjects, sessions] = [new TypeOrmSubjects(database, clock), new TypeOrmSessions(database, clock, IDS)];
    const tries = new TypeOrmLoginTries(database, work);
    const createCustomer = async () => {
      const [customerId, name] = [randomUUID(), hash()];
      const roles = ['customer', 'admin'] as const;
      const person = { customerId, roles, credential: 'v2$0$hash', market: 'BR', locale: 'pt-BR' };
      await subjects.add(Subject.enrol(person), name);
      const session = { id: randomUUID(), customerId, generation: 0, currentHash: hash(), scope: 'customer' as const };
      await sessions.createSession({ ...session, source: '192.0.2.7', lifeMs: 60_000 });
      for (const one of [tryKeyByDevice(customerId, randomUUID()), tryKeyByName(name, '192.0.2.7')])
        await tries.startTry(one);
      return { customerId, name };
    };
    const left = async ({ customerId, name }: { customerId: string; name: string }) => {
      const count = async (table: string, where: string, values: string[]) => {
        const [row] = await database.query<{ n: number | string }>(
          `select count(*) as n from ${table} where ${where}`,
          values,
        );
        return Number(row?.n);
      };
      return [
        await count('auth_sessions', 'customer_id = ?', [customerId]),
        await count('auth_login_tries', 'subject_key in (?, ?)', [`customer:${customerId}`, `name:${name}`]),
      ];
    };
    const [mia, zoe] = [await createCustomer(), await createCustomer()];
    await database.runInTransaction(() =>
      new TypeOrmSubjectDataEraser(database, clock).eraseSubjectData(mia.customerId, [mia.name]),
    );
    expect([await left(mia), await left(zoe)]).toEqual([
      [0, 0],
      [1, 2],
    ]);
    expect((await subjects.findById(mia.customerId))?.snapshot()).toMatchObject({
      ...{ credential: null, roles: ['customer'], status: 'suspended', locale: 'und', oneTime: false },
    });
    expect((await subjects.findById(zoe.customerId))?.snapshot()).toMatchObject({ credential: 'v2$0$hash' });
  });
});

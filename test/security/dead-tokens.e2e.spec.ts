import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Door, logIn, refresh, type TokenSet } from '../auth/door.js';
import { SERVICES } from '../registration/backends.js';
import { useHall } from '../registration/hall.js';
import type { Program } from '../support/program.js';
import { connectTo, type TestDatabase } from '../support/test-database.js';

const CALLS = 40;

describe('a refresh token that is not good any more', () => {
  const hall = useHall(SERVICES);
  let database: TestDatabase;
  let replica: Program;

  beforeAll(async () => {
    database = connectTo(hall.services.database.url);
    replica = await hall.services.startReplica();
  }, 60_000);
  afterAll(() => database?.end());

  const signedIn = async (): Promise<{ id: string; tokens: TokenSet }> => {
    const { person, customer } = await hall.customer();
    return { id: customer.id, tokens: await logIn(hall, person) };
  };
  const doors = (): readonly Door[] => [hall.program, replica];
  const lines = async (action: string, target: string): Promise<number> => {
    const sql = 'select id from audit_log where action = $1 and target = $2';
    return (await database.query(sql, [`auth.refresh.${action}`, target])).rows.length;
  };
  const bring = async (tokens: TokenSet, times: number): Promise<number[]> => {
    const answers = Array.from({ length: times }, (_, n) => refresh(doors()[n % 2] as Door, tokens));
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  it('leaves one line an hour in the audit trail, however often and wherever it is brought [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const out = await hall.request('POST', '/v1/auth/logout', { bearer: tokens.access_token, json: {} });
    expect(out.status).toBe(204);
    for (let n = 0; n < CALLS / 10; n++) expect(new Set(await bring(tokens, 10))).toEqual(new Set([401]));
    expect(await lines('refused', id)).toBe(1);
  });

  it('leaves one line for all repeats of one exchange, and each of them gets the same child [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const child = (await refresh(hall, tokens)).json;
    for (let n = 0; n < 10; n++)
      expect((await refresh(doors()[n % 2] as Door, tokens)).json).toMatchObject({
        refresh_token: child.refresh_token,
      });
    expect([await lines('succeeded', id), await lines('repeated', id)]).toEqual([1, 1]);
    const grandchild = (await refresh(hall, child)).json;
    await bring(child, 10);
    expect([await lines('succeeded', id), await lines('repeated', id)]).toEqual([2, 2]);
    expect((await refresh(hall, grandchild)).status).toBe(200);
  });

  it('costs the database nothing once a process knows it [AC-69]', async () => {
    const { tokens } = await signedIn();
    await hall.request('POST', '/v1/auth/logout', { bearer: tokens.access_token, json: {} });
    expect((await refresh(hall, tokens)).status).toBe(401);
    await database.lock('auth_sessions');
    try {
      expect((await refresh(hall, tokens)).status).toBe(401);
    } finally {
      await database.unlock();
    }
  });

  it('ends its family once when it was used before, and leaves two lines for all tries [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const child = (await refresh(hall, tokens)).json;
    const last = (await refresh(hall, child)).json;
    for (let n = 0; n < 3; n++) expect(new Set(await bring(tokens, 10))).toEqual(new Set([401]));
    expect(await bring(last, 10)).toEqual(Array(10).fill(401));
    expect([await lines('reused', id), await lines('refused', id)]).toEqual([1, 1]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpClient, logIn, refreshTokens, type TokenResponse } from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import type { Program } from '../support/program.js';
import { useTestApp } from '../support/test-app.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';

const CALLS = 40;

describe('a refresh token that is not good any more', () => {
  const app = useTestApp(SERVICES);
  let database: TestDatabase;
  let replica: Program;

  beforeAll(async () => {
    database = connectTestDatabase(app.services.database.url);
    replica = await app.services.startReplica();
  }, 60_000);
  afterAll(() => database?.end());

  const signedIn = async (): Promise<{ id: string; tokens: TokenResponse }> => {
    const { person, customer } = await app.createCustomer();
    return { id: customer.id, tokens: await logIn(app, person) };
  };
  const doors = (): readonly HttpClient[] => [app.program, replica];
  const lines = async (action: string, target: string): Promise<number> => {
    const sql = 'select id from audit_log where action = $1 and target = $2';
    return (await database.query(sql, [`auth.refresh.${action}`, target])).rows.length;
  };
  const bring = async (tokens: TokenResponse, times: number): Promise<number[]> => {
    const answers = Array.from({ length: times }, (_, n) => refreshTokens(doors()[n % 2] as HttpClient, tokens));
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  it('leaves one line an hour in the audit trail, however often and wherever it is brought [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const out = await app.request('POST', '/v1/auth/logout', { bearer: tokens.access_token, json: {} });
    expect(out.status).toBe(204);
    for (let n = 0; n < CALLS / 10; n++) expect(new Set(await bring(tokens, 10))).toEqual(new Set([401]));
    expect(await lines('refused', id)).toBe(1);
  });

  it('leaves one line for all repeats of one exchange, and each of them gets the same child [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const child = (await refreshTokens(app, tokens)).json;
    for (let n = 0; n < 10; n++)
      expect((await refreshTokens(doors()[n % 2] as HttpClient, tokens)).json).toMatchObject({
        refresh_token: child.refresh_token,
      });
    expect([await lines('succeeded', id), await lines('repeated', id)]).toEqual([1, 1]);
    const grandchild = (await refreshTokens(app, child)).json;
    await bring(child, 10);
    expect([await lines('succeeded', id), await lines('repeated', id)]).toEqual([2, 2]);
    expect((await refreshTokens(app, grandchild)).status).toBe(200);
  });

  it('costs the database nothing once a process knows it [AC-69]', async () => {
    const { tokens } = await signedIn();
    await app.request('POST', '/v1/auth/logout', { bearer: tokens.access_token, json: {} });
    expect((await refreshTokens(app, tokens)).status).toBe(401);
    await database.lock('auth_sessions');
    try {
      expect((await refreshTokens(app, tokens)).status).toBe(401);
    } finally {
      await database.unlock();
    }
  });

  it('ends its family once when it was used before, and leaves two lines for all tries [AC-69]', async () => {
    const { id, tokens } = await signedIn();
    const child = (await refreshTokens(app, tokens)).json;
    const last = (await refreshTokens(app, child)).json;
    for (let n = 0; n < 3; n++) expect(new Set(await bring(tokens, 10))).toEqual(new Set([401]));
    expect(await bring(last, 10)).toEqual(Array(10).fill(401));
    expect([await lines('reused', id), await lines('refused', id)]).toEqual([1, 1]);
  });
});

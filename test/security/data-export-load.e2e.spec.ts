import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logIn } from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import { statusAndCode } from '../support/problem-catalog.js';
import type { Program } from '../support/program.js';
import { useTestApp } from '../support/test-app.js';
import { connectTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addAuditEntries } from './audit-entries.js';

const EXPORT = '/v1/customers/me/export';
/** More than the buffers of a connection and of the program hold: who does not read keeps an export waiting. */
const MANY = 60_000;
const MOST_EXPORTS = 10;

interface Export {
  readonly exportedAt: string;
  readonly customer: { readonly id: string };
  readonly signIn: { readonly roles: readonly string[]; readonly sessions: readonly object[] };
  readonly events: readonly { readonly type: string }[];
  readonly audit: readonly { readonly id: string; readonly at: string; readonly action: string }[];
}

describe('an export of one’s own data', () => {
  const app = useTestApp(SERVICES, { PUBLIC_URL: 'https://foyer.example' });
  let database: TestDatabase;
  let replica: Program;
  beforeAll(async () => {
    database = connectTestDatabase(app.services.database.url);
    replica = await app.services.startReplica();
  }, 60_000);
  afterAll(() => database?.end());

  const signedIn = async () => {
    const { person, customer } = await app.createCustomer();
    return { id: customer.id, bearer: (await logIn(app, person)).access_token };
  };
  const exported = (bearer: string, timeoutMs = 15_000) => app.request<Export>('GET', EXPORT, { bearer, timeoutMs });

  it('is sent in pieces, is one document, and holds every line in its order [AC-69]', async () => {
    const { id, bearer } = await signedIn();
    await addAuditEntries(database, id, 12_000);
    const { status, headers, json } = await exported(bearer, 60_000);
    expect([status, headers.get('transfer-encoding'), headers.get('content-length')]).toEqual([200, 'chunked', null]);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(Object.keys(json)).toEqual(['exportedAt', 'customer', 'signIn', 'events', 'audit']);
    expect(Object.keys(json.signIn)).toEqual(['roles', 'hasPassword', 'sessions', 'links']);
    expect([json.customer.id, json.signIn.sessions.length, json.events.map(({ type }) => type)]).toEqual([
      id,
      1,
      ['customer.created.v1'],
    ]);
    const added = json.audit.filter(({ action }) => action === 'auth.test.added');
    expect([added.length, new Set(json.audit.map((one) => one.id)).size]).toEqual([12_000, json.audit.length]);
    const inOrder = [...json.audit].sort((a, b) => (a.at + a.id < b.at + b.id ? -1 : 1));
    expect(json.audit.map((one) => one.id)).toEqual(inOrder.map((one) => one.id));
  });

  it('runs once at a time for one customer, on all replicas, and is free again when its reader leaves [AC-69]', async () => {
    const { id, bearer } = await signedIn();
    await addAuditEntries(database, id, MANY);
    const reader = await openedExport(app.program, bearer);
    expect(statusAndCode(await exported(bearer))).toBe('409 customer.export_in_progress');
    const there = await replica.request('GET', EXPORT, { bearer });
    expect([there.status, Number(there.headers.get('retry-after')) > 0]).toEqual([409, true]);
    const other = await signedIn();
    expect((await exported(other.bearer)).status).toBe(200);
    expect(reader.status).toBe(200);
    reader.leave();
    const again = async () => {
      const next = await openedExport(replica, bearer);
      next.leave();
      return next.status;
    };
    await expect.poll(again, { timeout: 5_000, interval: 500 }).toBe(200);
  });

  it('is one of ten a day for one customer, and others have theirs [AC-69]', async () => {
    const [mia, eve] = [await signedIn(), await signedIn()];
    const answers: number[] = [];
    for (let n = 0; n < MOST_EXPORTS; n++) answers.push((await exported(mia.bearer)).status);
    expect(answers).toEqual(Array(MOST_EXPORTS).fill(200));
    const refused = await exported(mia.bearer);
    expect(statusAndCode(refused)).toBe('429 customer.too_many_exports');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3_600);
    expect((await exported(eve.bearer)).status).toBe(200);
  });
});

/** An export whose answer has begun, and of which nothing more is read. */
function openedExport({ port }: Program, bearer: string): Promise<{ readonly status: number; leave(): void }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      socket.write(`GET ${EXPORT} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nauthorization: Bearer ${bearer}\r\n\r\n`);
    });
    socket.once('error', reject);
    socket.once('data', (head) => {
      socket.pause();
      resolve({ status: Number(head.toString('latin1').split(' ')[1]), leave: () => socket.destroy() });
    });
  });
}

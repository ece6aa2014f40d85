import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED } from '../../support/backends.js';
import type { RequestOptions } from '../../support/http-message.js';
import { basicCredentials } from '../../support/registration-fixtures.js';
import {
  createAdministrator,
  createUserWithRoles,
  type Role,
  type SignedInUser,
} from '../../support/staff-fixtures.js';
import { useTestApp } from '../../support/test-app.js';
import { listBodies, listOperations, type OpenApi, type Operation, requestArbitrary } from './openapi-document.js';
import { createDriftDetector } from './openapi-drift.js';

const KINDS = ['nobody', 'customer', 'staff', 'admin'] as const;
type Kind = (typeof KINDS)[number];
const ROLES: Record<Exclude<Kind, 'nobody'>, readonly Role[]> = {
  customer: ['customer'],
  staff: ['customer', 'staff'],
  admin: ['customer', 'admin'],
};
const EACH = 10;
/** What somebody may put after `Authorization:` instead. */
const GARBLED = fc.oneof(
  fc.constantFrom('Basic', 'Basic ', 'Basic :', 'Basic Og==', 'basic YTpi', 'Basic YTpi=', 'Basic //79', 'Bearer YTpi'),
  fc.base64String().map((text) => `Basic ${text}`),
);
/** Contract, section 1. */
const OPEN = [
  /^POST \/v1\/registrations$/,
  /^POST \/v1\/auth\/(login|refresh|password\/forgot|password\/reset)$/,
  /^GET \/(health(\/(live|ready))?|metrics|problems)$/,
  /^GET \/(docs|dev|\.well-known)(\/|$)/,
];

describe('the OpenAPI document', () => {
  const app = useTestApp(EMBEDDED, { LOG_LEVEL: 'error' });
  let drifts: ReturnType<typeof createDriftDetector>;
  const callers = new Map<Kind, SignedInUser>();
  let document: OpenApi;
  let first: SignedInUser;

  beforeAll(async () => {
    document = (await app.program.request<OpenApi>('GET', '/docs/openapi.json')).json;
    drifts = createDriftDetector(document);
    first = await createAdministrator(app);
  });

  /** Whoever was signed out or taken away by what he asked for comes again as somebody else. */
  const callerOf = async (kind: Kind): Promise<SignedInUser | undefined> => {
    if (kind === 'nobody') return undefined;
    const known = callers.get(kind);
    if (known && (await app.program.request('GET', '/v1/customers/me', { bearer: known.bearer })).status === 200)
      return known;
    if ((await app.program.request('GET', '/v1/customers/me', { bearer: first.bearer })).status !== 200)
      first = await createAdministrator(app);
    const fresh = await createUserWithRoles(app, first, ROLES[kind]);
    callers.set(kind, fresh);
    return fresh;
  };

  /** Basic credentials of an attempt that lives. */
  const applicant = async () => {
    const { person } = await app.createPendingRegistration();
    return basicCredentials(person);
  };

  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never);
    expect([valid, errors]).toEqual([true, undefined]);
  });

  it('says of every route what it does, who may ask, and what he is answered', () => {
    const operations = listOperations(document);
    expect(operations.length).toBeGreaterThan(30);
    const faults = operations.flatMap(({ method, path, summary, security, body, responses }) => {
      const closed = !OPEN.some((one) => one.test(`${method} ${path}`));
      const statuses = Object.keys(responses);
      return Object.entries({
        'has no summary': summary === '',
        'is closed, but does not say with what': closed && security.length === 0,
        'is open, but asks for credentials': !closed && security.length > 0,
        'has no good answer': !statuses.some((status) => /^[23]/.test(status)),
        'does not say 401': closed && !statuses.includes('401'),
        'does not say 422': body !== undefined && !statuses.includes('422'),
        'does not say 503': !statuses.includes('503'),
        'says 500': statuses.includes('500'),
      })
        .filter(([, is]) => is)
        .map(([fault]) => `${method} ${path} ${fault}`);
    });
    expect(faults).toEqual([]);
  });

  it('shows an example of every body, each as its schema wants it; of a problem those that have that status', async () => {
    const { json } = await app.program.request<{ items: { code: string; status: number }[] }>('GET', '/problems');
    const statusOf = new Map(json.items.map(({ code, status }) => [code, status]));
    const bodies = listOperations(document).flatMap((operation) => listBodies(operation, document));
    expect(bodies.length).toBeGreaterThan(400);
    const isOf = (status: number | undefined, example: unknown) => {
      const { code, status: said } = example as { code: string; status: number };
      // What the framework refuses keeps the status that it gave.
      return said === status && (statusOf.get(code) === status || code === 'request.refused');
    };
    const faults = bodies.flatMap(({ pointer, type, status, examples }) => {
      if (examples.length === 0) return [`${pointer} has no example`];
      return examples.flatMap((example) => {
        const fault = drifts.faultOf(pointer, example);
        const isOther = type === 'application/problem+json' && !isOf(status, example);
        return [...(fault ? [`${pointer} ${fault}`] : []), ...(isOther ? [`${pointer} is no ${status}`] : [])];
      });
    });
    expect(faults).toEqual([]);
  });

  it('takes each of its examples of a request for well-formed', async () => {
    const refused: string[] = [];
    for (const operation of listOperations(document)) {
      const [body] = listBodies(operation, document).filter(({ status }) => status === undefined);
      for (const json of body?.examples ?? []) {
        const caller = operation.security.length > 0 ? await callerOf('admin') : undefined;
        const path = operation.path.replace('{id}', caller?.id ?? '');
        const basic = await applicant();
        const o = 'basic' in (operation.security[0] ?? {}) ? { basic } : caller && { bearer: caller.bearer };
        const { status, text } = await app.program.request(operation.method, path, { json, ...o });
        const isRefused = status === 422 || (status === 400 && text.includes('request.'));
        // No token of another server can be good for ever.
        if (isRefused && !text.includes('token.not_accepted')) refused.push(`${operation.method} ${path} ${text}`);
      }
    }
    expect(refused).toEqual([]);
  });

  it('AC-44 is what is answered to Basic credentials: right, wrong and garbled ones', async () => {
    const drift = new Set<string>();
    const ask = async (operation: Operation, path: string, o: RequestOptions) => {
      const reply = await app.program.request(operation.method, path, o);
      const found = drifts.driftOf(operation, reply);
      if (found) drift.add(`${operation.method} ${operation.path}: ${found}`);
      return reply.status;
    };
    const operations = listOperations(document).filter(({ security }) => security.some((one) => 'basic' in one));
    expect(operations.length).toBeGreaterThan(2);
    const seen = new Set<number>();
    for (const operation of operations) {
      const [name, password] = await applicant();
      const sampled = fc.sample(
        fc.tuple(requestArbitrary(document.components, operation, [first.id]), GARBLED),
        3 * EACH,
      );
      for (const [at, [{ path, json }, authorization]] of sampled.entries()) {
        const body = operation.method === 'GET' || json === undefined ? {} : { json };
        const who = [
          { basic: [name, password] },
          { basic: [name, 'another'] },
          { headers: { authorization } },
        ] as const;
        seen.add(await ask(operation, path, { ...body, ...who[at % 3] }));
      }
    }
    const { person, code } = await app.createPendingRegistration();
    for (const operation of operations) {
      const json = operation.body && { json: { code } };
      seen.add(await ask(operation, operation.path, { basic: basicCredentials(person), ...json }));
    }
    expect([...drift].sort()).toEqual([]);
    expect([...seen]).toEqual(expect.arrayContaining([200, 401, 422, 429]));
  }, 120_000);

  it('AC-44 is what is answered, whoever asks for whatever: no other status, no other body, no 5xx but 503', async () => {
    const drift = new Set<string>();
    let asked = 0;
    for (const operation of listOperations(document)) {
      for (const kind of KINDS) {
        const caller = await callerOf(kind);
        const ids = [...callers.values()].map(({ id }) => id);
        for (const { path, json } of fc.sample(
          requestArbitrary(document.components, operation, [...ids, first.id]),
          EACH,
        )) {
          const body = operation.method === 'GET' || json === undefined ? {} : { json };
          const reply = await app.program.request(operation.method, path, {
            ...(caller && { bearer: caller.bearer }),
            ...body,
          });
          asked++;
          const found = drifts.driftOf(operation, reply);
          if (found) drift.add(`${operation.method} ${operation.path}: ${found}`);
        }
      }
    }
    expect(asked).toBeGreaterThan(1_000);
    expect([...drift].sort()).toEqual([]);
    expect((await app.program.request('GET', '/health/ready')).status).toBe(200);
  }, 240_000);
});

/** Every source limit at one, and nobody trusted. */
const ONE = ['REGISTRATIONS', 'WRONG_CODES', 'WRONG_PASSWORDS', 'LOGINS'].map((what) => [
  `LIMIT_${what}_PER_SOURCE`,
  '1',
]);

describe('the OpenAPI document, where limits are reached', () => {
  const app = useTestApp(EMBEDDED, { LOG_LEVEL: 'error', TRUSTED_SOURCES: '', ...Object.fromEntries(ONE) });

  it('is what is answered, too', async () => {
    const document = (await app.program.request<OpenApi>('GET', '/docs/openapi.json')).json;
    const [{ driftOf }, operations] = [createDriftDetector(document), listOperations(document)];
    const { person, code } = await app.createPendingRegistration();
    const wrong = { code: code === '0000' ? '1111' : '0000' };
    const [right, other] = [basicCredentials(person), basicCredentials({ ...person, password: 'another password' })];
    const login = { username: 'nobody@example.org', password: 'another password' };
    const twice = (name: string, options: RequestOptions) => [[name, options] as const, [name, options] as const];
    const calls = [
      ...twice('POST /v1/registrations', { json: person }),
      ...twice('POST /v1/registrations/activate', { basic: right, json: wrong }),
      ...twice('POST /v1/auth/login', { json: login }),
      ...twice('GET /v1/registrations/mine', { basic: other }),
      ...twice('POST /v1/registrations/activate', { basic: right, json: { code } }),
      ...twice('POST /v1/registrations/resend-code', { basic: right }),
    ];
    const limited = new Set<string>();
    const drift = new Set<string>();
    for (const [name, options] of calls) {
      const operation = operations.find(({ method, path }) => `${method} ${path}` === name);
      if (!operation) throw new Error(`no ${name} in the document`);
      const reply = await app.program.request(operation.method, operation.path, options);
      if (reply.status === 429) limited.add(name);
      const found = driftOf(operation, reply);
      if (found) drift.add(`${name}: ${found}`);
    }
    expect([...drift]).toEqual([]);
    expect([...limited].sort()).toEqual([...new Set(calls.map(([name]) => name))].sort());
  });
});

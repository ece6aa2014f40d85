import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpProbe, JSON_TYPE, runProbes } from '../support/http-probes.js';
import { findReplyFaults, listUnexpectedErrors } from '../support/problem-checks.js';
import type { Program } from '../support/program.js';
import { randomCredentials, register } from '../support/registration-requests.js';
import { type ApiRoute, fetchRoutes } from '../support/route-catalog.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { CONTENT_TYPES, NON_STRING_VALUES, REQUIRED_FIELDS, VALID_TEXT_VALUES } from './malformed-bodies.js';

let deployment: TestDeployment;
let program: Program;
let operations: ApiRoute[];
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'] });
  program = deployment.programs[0] as Program;
  operations = await fetchRoutes(program);
});
afterAll(() => deployment?.close());

describe('AC-37 content types', () => {
  const REFUSED = '{"email":"nobody@example.org","password":"a long enough password","admin":true}';
  const probe = (name: string, headers: readonly string[], expected: readonly number[]): HttpProbe => {
    return { name, method: 'POST', target: '/v1/registrations', headers, body: REFUSED, expected };
  };
  const typed = (type: string, expected: readonly number[]): HttpProbe =>
    probe(type, [`content-type: ${type}`], expected);

  it('that mean JSON are validated', async () => {
    const types = [
      'application/json',
      'APPLICATION/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
    ];
    const padded = types.flatMap((type) => [type, ` ${type}`, `${type} `, `\t${type}`]);
    expect(
      await runProbes(
        program.url,
        padded.map((type) => typed(type, [422])),
      ),
    ).toEqual([]);
  });

  it(`${CONTENT_TYPES.length} others, and none at all, are 415`, async () => {
    expect(CONTENT_TYPES.length).toBeGreaterThanOrEqual(40);
    const others = [...CONTENT_TYPES.map((type) => typed(type, [415])), probe('none', [], [415])];
    expect(await runProbes(program.url, others)).toEqual([]);
  });

  it('given twice, or with a coding, never skip the validation', async () => {
    const types = ['application/json', 'text/plain'];
    const pairs = types.flatMap((one) => types.map((other) => [`content-type: ${one}`, `content-type: ${other}`]));
    const codings = ['gzip', 'br', 'deflate', 'aes128gcm', 'x'];
    const coded = codings.map((coding) => [JSON_TYPE, `content-encoding: ${coding}`]);
    const probes = [
      ...pairs.map((headers) => probe(headers.join(), headers, [400, 415, 422])),
      ...coded.map((headers) => probe(headers.join(), headers, [415])),
    ];
    expect(await runProbes(program.url, probes)).toEqual([]);
  });
});

describe('AC-44 objects and arrays where a text was meant', () => {
  it('are 422 in every field of every body, and nothing is kept', async () => {
    const { email, password } = randomCredentials();
    await register(program.url, { email, password });
    await deployment.waitUntilDrained();
    const kept = await deployment.redis.dbsize();
    const takers = operations.filter(({ path, fields }) => path in REQUIRED_FIELDS && fields.length > 0);
    expect(takers.map(({ path }) => path).sort()).toEqual(Object.keys(REQUIRED_FIELDS).sort());

    const headers = [JSON_TYPE, `authorization: Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`];
    const probes = takers.flatMap(({ method, path, fields }) =>
      fields.flatMap((field) => {
        const others = (REQUIRED_FIELDS[path] ?? []).filter((name) => field !== 'phone' || name !== 'email');
        const rest = Object.fromEntries(others.map((name) => [name, VALID_TEXT_VALUES[name]]));
        return NON_STRING_VALUES.map((value): HttpProbe => {
          const body = JSON.stringify({ ...rest, [field]: value });
          return { name: body, method, target: path, headers, body, expected: [422] };
        });
      }),
    );
    expect(probes.length).toBeGreaterThan(150);
    expect(await runProbes(program.url, probes)).toEqual([]);
    expect(await deployment.redis.dbsize()).toBe(kept);
  });

  it('null is refused, or the same as nothing', async () => {
    const faults: string[] = [];
    for (const { path, fields } of operations.filter(({ open, fields: all }) => open && all.length > 0)) {
      for (const field of fields) {
        const { email, password } = randomCredentials();
        const body = { [path.includes('login') ? 'username' : 'email']: email, password, [field]: null };
        const reply = await program.request('POST', path, { json: body });
        faults.push(...findReplyFaults(reply).map((fault) => `${path} with ${field} null: ${fault}`));
      }
    }
    expect(faults).toEqual([]);
  });

  it('in the query and in Basic are nothing but text', async () => {
    const queries = ['?x[]=1', '?x[a]=1', '?x=1&x=2', '?__proto__[a]=1', '?%00', '?=', '?&&', '?limit={}', '?%zz'];
    const closed = operations.filter(({ open }) => !open);
    const asked = closed.flatMap(({ method, path }) =>
      queries.map((query): HttpProbe => ({ name: query, method, target: path + query, expected: [401] })),
    );
    const logins = ['[object Object]:x', '{"$gt":""}:{"$gt":""}', '["a"]:["b"]', '__proto__:constructor', 'null:null'];
    const basic = logins.map((login): HttpProbe => {
      const headers = [`authorization: Basic ${Buffer.from(login).toString('base64')}`];
      return { name: login, method: 'GET', target: '/v1/registrations/mine', headers, expected: [401] };
    });
    expect(await runProbes(program.url, [...asked, ...basic])).toEqual([]);
  });
});

describe('afterwards', () => {
  it('the program is unharmed and has met nothing unforeseen', async () => {
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(listUnexpectedErrors(program)).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, openHouse } from '../replicas/house.js';
import { register, stranger } from '../replicas/people.js';
import type { Program } from '../support/program.js';
import { CONTENT_TYPES, NEEDED, NO_TEXT, TEXT } from './bodies.js';
import { faultsOfReply, unforeseen } from './problems.js';
import { type Operation, operationsOf } from './routes.js';
import { JSON_TYPE, type Probe, walk } from './walk.js';

let house: House;
let program: Program;
let operations: Operation[];
beforeAll(async () => {
  house = await openHouse({ runs: ['all'] });
  program = house.programs[0] as Program;
  operations = await operationsOf(program);
});
afterAll(() => house?.close());

describe('AC-37 content types', () => {
  const REFUSED = '{"email":"nobody@example.org","password":"a long enough password","admin":true}';
  const probe = (name: string, headers: readonly string[], expected: readonly number[]): Probe => {
    return { name, method: 'POST', target: '/v1/registrations', headers, body: REFUSED, expected };
  };
  const typed = (type: string, expected: readonly number[]): Probe => probe(type, [`content-type: ${type}`], expected);

  it('that mean JSON are validated', async () => {
    const types = [
      'application/json',
      'APPLICATION/JSON',
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
    ];
    const padded = types.flatMap((type) => [type, ` ${type}`, `${type} `, `\t${type}`]);
    expect(
      await walk(
        program.url,
        padded.map((type) => typed(type, [422])),
      ),
    ).toEqual([]);
  });

  it(`${CONTENT_TYPES.length} others, and none at all, are 415`, async () => {
    expect(CONTENT_TYPES.length).toBeGreaterThanOrEqual(40);
    const others = [...CONTENT_TYPES.map((type) => typed(type, [415])), probe('none', [], [415])];
    expect(await walk(program.url, others)).toEqual([]);
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
    expect(await walk(program.url, probes)).toEqual([]);
  });
});

describe('AC-44 objects and arrays where a text was meant', () => {
  it('are 422 in every field of every body, and nothing is kept', async () => {
    const { email, password } = stranger();
    await register(program.url, { email, password });
    await house.drained();
    const kept = await house.redis.dbsize();
    const takers = operations.filter(({ path, fields }) => path in NEEDED && fields.length > 0);
    expect(takers.map(({ path }) => path).sort()).toEqual(Object.keys(NEEDED).sort());

    const headers = [JSON_TYPE, `authorization: Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`];
    const probes = takers.flatMap(({ method, path, fields }) =>
      fields.flatMap((field) => {
        const others = (NEEDED[path] ?? []).filter((name) => field !== 'phone' || name !== 'email');
        const rest = Object.fromEntries(others.map((name) => [name, TEXT[name]]));
        return NO_TEXT.map((value): Probe => {
          const body = JSON.stringify({ ...rest, [field]: value });
          return { name: body, method, target: path, headers, body, expected: [422] };
        });
      }),
    );
    expect(probes.length).toBeGreaterThan(150);
    expect(await walk(program.url, probes)).toEqual([]);
    expect(await house.redis.dbsize()).toBe(kept);
  });

  it('null is refused, or the same as nothing', async () => {
    const faults: string[] = [];
    for (const { path, fields } of operations.filter(({ open, fields: all }) => open && all.length > 0)) {
      for (const field of fields) {
        const { email, password } = stranger();
        const body = { [path.includes('login') ? 'username' : 'email']: email, password, [field]: null };
        const reply = await program.request('POST', path, { json: body });
        faults.push(...faultsOfReply(reply).map((fault) => `${path} with ${field} null: ${fault}`));
      }
    }
    expect(faults).toEqual([]);
  });

  it('in the query and in Basic are nothing but text', async () => {
    const queries = ['?x[]=1', '?x[a]=1', '?x=1&x=2', '?__proto__[a]=1', '?%00', '?=', '?&&', '?limit={}', '?%zz'];
    const closed = operations.filter(({ open }) => !open);
    const asked = closed.flatMap(({ method, path }) =>
      queries.map((query): Probe => ({ name: query, method, target: path + query, expected: [401] })),
    );
    const logins = ['[object Object]:x', '{"$gt":""}:{"$gt":""}', '["a"]:["b"]', '__proto__:constructor', 'null:null'];
    const basic = logins.map((login): Probe => {
      const headers = [`authorization: Basic ${Buffer.from(login).toString('base64')}`];
      return { name: login, method: 'GET', target: '/v1/registrations/mine', headers, expected: [401] };
    });
    expect(await walk(program.url, [...asked, ...basic])).toEqual([]);
  });
});

describe('afterwards', () => {
  it('the program is unharmed and has met nothing unforeseen', async () => {
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(unforeseen(program)).toEqual([]);
  });
});

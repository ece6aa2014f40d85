import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../support/http-message.js';
import { firstTen } from '../../support/http-probes.js';
import { encodeRawRequest, exchangeBytes, firstReply } from '../../support/keep-alive-connection.js';
import { freePort } from '../../support/ports.js';
import { findProblemFaults, findReplyFaults } from '../../support/problem-checks.js';
import { type Program, startProgram } from '../../support/program.js';
import { activate, randomCredentials, register, waitForCode, wrongCodes } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

let deployment: TestDeployment;
let program: Program;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'], env: { REGISTRATION_DISCLOSURE: 'reveal' } });
  program = deployment.programs[0] as Program;
});
afterAll(() => deployment?.close());

/** Named by its code, so that a missing one shows. */
const seen = new Map<string, Reply>();

function expectProblem(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: (reply.json as { code?: unknown } | undefined)?.code }).toEqual({
    status,
    code,
  });
  expect(findProblemFaults(reply)).toEqual([]);
  seen.set(code, reply);
}

const raw = async (...lines: string[]): Promise<Reply> =>
  firstReply(await exchangeBytes(program.url, [`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`]));

describe('ST-03 every error is a problem document with all its members', () => {
  it('of a request that is malformed, unknown, too large or of the wrong kind', async () => {
    const json = { 'content-type': 'application/json' };
    const post = (body: string, headers: Record<string, string> = json) =>
      program.request('POST', '/v1/registrations', { body, headers });
    expectProblem(await post('{'), 400, 'request.malformed');
    expectProblem(await post('{"a":1}'), 422, 'request.invalid');
    expectProblem(await post(`${'['.repeat(30)}${']'.repeat(30)}`), 422, 'request.too_complex');
    expectProblem(await post('{}', { 'content-type': 'text/plain' }), 415, 'request.unsupported_media_type');
    expectProblem(await post(`{"a":"${'x'.repeat(17_000)}"}`), 413, 'request.too_large');
    expectProblem(await program.request('GET', '/nothing/here?token=secret'), 404, 'request.not_found');
    expectProblem(await program.request('PUT', '/health'), 405, 'request.method_not_allowed');
    expectProblem(await program.request('GET', '/v1/customers/me'), 401, 'auth.invalid_credentials');
    expectProblem(await raw('GET / HTTP/1.1', 'Host: x', `X: ${'a'.repeat(17_000)}`), 431, 'request.headers_too_large');
    expectProblem(await raw('GET /a b HTTP/1.1', 'Host: x'), 400, 'request.unreadable');
  });

  it('of an address that cannot be decoded', async () => {
    for (const target of ['/%zz', '/v1/%', '/v1/customers/me%', '/%c0%af', '/v1/%ff', '/dev/%E0%A4%A'])
      expect([target, findProblemFaults(await raw(`GET ${target} HTTP/1.1`, 'Host: x'))]).toEqual([target, []]);
  });

  it('of the files of the documentation', async () => {
    const dots = [
      '/docs/..',
      '/docs/../package.json',
      '/docs/a/../../b',
      '/docs/%2e%2e/x',
      '/docs/..%2fx',
      '/docs/%5c..%5cx',
    ];
    const names = [
      '/docs/',
      '/docs/.hidden',
      '/docs/%00',
      '/docs/nothing.js',
      `/docs/${'a'.repeat(5_000)}`,
      '/docs/%F0%9F%98%80',
    ];
    const conditions = [
      'Range: bytes=a-b',
      'Range: bytes=99999999-',
      'If-Match: "x"',
      'If-None-Match: *',
      'If-Modified-Since: x',
    ].concat('If-Unmodified-Since: Mon, 01 Jan 1990 00:00:00 GMT', 'Accept-Encoding: gzip;q=x', 'Accept: nothing/*');
    const faults: string[] = [];
    for (const path of [...dots, ...names]) {
      const reply = await raw(`GET ${path} HTTP/1.1`, 'Host: x');
      faults.push(...findReplyFaults(reply).map((fault) => `${path.slice(0, 30)}: ${fault}`));
    }
    for (const condition of conditions) {
      const reply = await raw('GET /docs/swagger-ui.css HTTP/1.1', 'Host: x', condition);
      faults.push(...findReplyFaults(reply).map((fault) => `${condition}: ${fault}`));
    }
    expect(firstTen(faults)).toEqual([]);
  });

  it('of a registration', async () => {
    const person = randomCredentials();
    const ticket = await register(program.url, person);
    const code = await waitForCode(deployment.mails, person, ticket);
    const login = { basic: [person.email, person.password] as const };
    const resend = await program.request('POST', '/v1/registrations/resend-code', login);
    expectProblem(resend, 429, 'registration.resend_too_early');
    const [one = '', two = '', three = ''] = wrongCodes(code, 3);
    for (const wrong of [one, two, three])
      expectProblem(await activate(program.url, person, wrong), 400, 'registration.code_wrong');
    expectProblem(await activate(program.url, person, code), 410, 'registration.code_expired');
    const phone = { phone: '+14155550132', password: person.password };
    const noSms = await program.request('POST', '/v1/registrations', { json: phone });
    expectProblem(noSms, 422, 'registration.channel_unavailable');

    const other = randomCredentials();
    await activate(program.url, other, await waitForCode(deployment.mails, other, await register(program.url, other)));
    const again = await program.request('POST', '/v1/registrations', { json: other });
    expectProblem(again, 409, 'registration.identifier_taken');
    const late = await program.request('POST', '/v1/registrations/resend-code', {
      basic: [other.email, other.password],
    });
    expectProblem(late, 409, 'registration.already_active');
  });

  it('names itself as GET /problems lists it, with our own address and never one of a header', async () => {
    const { json } = await program.request<{ items: { code: string; status: number }[] }>('GET', '/problems');
    const listed = new Map(json.items.map(({ code, status }) => [code, status]));
    expect(seen.size).toBeGreaterThanOrEqual(16);
    for (const [code, reply] of seen) {
      expect([code, listed.get(code)]).toEqual([code, reply.status]);
      expect(reply.json).toMatchObject({ type: `${program.url}/problems#${code}` });
    }
    const evil = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', forwarded: 'host=evil.example' };
    const reply = await raw(
      'GET /nothing HTTP/1.1',
      'Host: evil.example',
      ...Object.entries(evil).map((pair) => pair.join(': ')),
    );
    expect(reply.text).not.toContain('evil.example');
  });

  it('bears the correlation id of its request, and an id of our own where that one is not acceptable', async () => {
    const ask = (id: string) =>
      exchangeBytes(program.url, [
        encodeRawRequest('GET', '/nothing', { headers: [`x-correlation-id: ${id}`, 'connection: close'] }),
      ]);
    const good = firstReply(await ask('Ab-1._z'));
    expect([good.headers.get('x-correlation-id'), good.json]).toEqual([
      'Ab-1._z',
      expect.objectContaining({ traceId: 'Ab-1._z' }),
    ]);
    for (const bad of ['', 'a b', 'a'.repeat(65), '<script>', '{"level":"fatal"}', 'ä', '../x', 'a,b']) {
      const { headers, json } = firstReply(await ask(bad));
      const id = headers.get('x-correlation-id');
      expect(id).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
      expect(id).not.toBe(bad);
      expect(json).toMatchObject({ traceId: id });
    }
  });

  it('says nothing of the address but its path', async () => {
    const reply = await program.request('GET', '/v1/customers/me?access_token=abc.def.ghi&password=hunter22');
    expect(reply.text).not.toMatch(/abc\.def|hunter22/);
  });
});

describe('ST-12 what to try again, and when', () => {
  it('429 and 503 say it in Retry-After', async () => {
    const person = randomCredentials();
    await register(program.url, person);
    const resend = await program.request('POST', '/v1/registrations/resend-code', {
      basic: [person.email, person.password],
    });
    expect(Number(resend.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(resend.headers.get('retry-after'))).toBeLessThanOrEqual(60);
  });

  it('without its code store it answers 503, quickly, and checks no code', async () => {
    const env = { ...deployment.env, REDIS_URL: `redis://127.0.0.1:${await freePort()}`, RUN: 'all' };
    const blind = await startProgram({ env });
    const person = randomCredentials();
    const login = { basic: [person.email, person.password] as const };
    const replies = await Promise.all([
      blind.request('POST', '/v1/registrations', { json: person }),
      blind.request('POST', '/v1/registrations/activate', { ...login, json: { code: '0420' } }),
      blind.request('POST', '/v1/registrations/resend-code', login),
      blind.request('GET', '/v1/registrations/mine', login),
    ]);
    for (const reply of replies) {
      expect([reply.status, findProblemFaults(reply)]).toEqual([503, []]);
      expect(Number(reply.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect((await blind.request('GET', '/health/ready')).json).toMatchObject({ status: 'degraded' });
    await blind.dispose();
  });
});

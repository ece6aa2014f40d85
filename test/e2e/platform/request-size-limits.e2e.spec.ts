import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Reply } from '../../support/http-message.js';
import { encodeRawRequest, exchangeBytes, firstReply, type RawExchange } from '../../support/keep-alive-connection.js';
import { findProblemFaults } from '../../support/problem-checks.js';
import { randomCredentials, register } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

let deployment: TestDeployment;
let base: string;
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'] });
  base = deployment.urls[0] ?? '';
});
afterAll(() => deployment?.close());

const JSON_TYPE = 'content-type: application/json';
const CLOSE = 'connection: close';
const REGISTRATIONS = '/v1/registrations';

const get = async (headers: readonly string[]): Promise<Reply> =>
  firstReply(await exchangeBytes(base, [encodeRawRequest('GET', '/health/live', { headers: [...headers, CLOSE] })]));

async function post(body: string | Uint8Array, o: { framing?: string; path?: string; headers?: string[] } = {}) {
  const headers = [JSON_TYPE, CLOSE, ...(o.headers ?? [])];
  const framing = o.framing === undefined ? {} : { framing: o.framing };
  return firstReply(
    await exchangeBytes(base, [encodeRawRequest('POST', o.path ?? REGISTRATIONS, { headers, body, ...framing })]),
  );
}

function expectProblem(reply: Reply, status: number, code?: string): void {
  expect(reply.status).toBe(status);
  expect(findProblemFaults(reply)).toEqual([]);
  if (code) expect(reply.json).toMatchObject({ code });
}

describe('ST-H1 the header block', () => {
  const few = (count: number): string[] => Array.from({ length: count }, (_, i) => `x-${i}: 1`);
  const big = (bytes: number): string => `x-big: ${'a'.repeat(bytes)}`;

  it('of 15 KiB passes, of more than 16 KiB is 431, in one header or in many', async () => {
    expect((await get([big(15 * 1024)])).status).toBe(200);
    expectProblem(await get([big(17 * 1024)]), 431);
    expectProblem(await get(Array.from({ length: 90 }, (_, i) => `x-${i}: ${'a'.repeat(200)}`)), 431);
    expectProblem(await get([`x-${'n'.repeat(17 * 1024)}: 1`]), 431);
  });

  it('of 100 headers passes, of more is 431, also where Node would silently drop them', async () => {
    expect((await get(few(98))).status).toBe(200); // and host and connection
    for (const count of [99, 100, 101, 102, 103, 200, 1000]) expectProblem(await get(few(count)), 431);
  });

  it('cannot hide a second Authorization behind a hundred others', async () => {
    const person = randomCredentials();
    await register(base, person);
    const login = `authorization: Basic ${Buffer.from(`${person.email}:${person.password}`).toString('base64')}`;
    const mine = async (headers: string[]) =>
      firstReply(
        await exchangeBytes(base, [encodeRawRequest('GET', `${REGISTRATIONS}/mine`, { headers: [...headers, CLOSE] })]),
      );
    expect((await mine([login])).status).toBe(200);
    expectProblem(await mine([login, login]), 401, 'auth.invalid_credentials');
    expectProblem(await mine([login, 'authorization: Basic eDp5']), 401);
    expectProblem(await mine([login, ...few(150), 'Authorization: Basic eDp5']), 431);
  });

  it('with an address of 20 kB is refused', async () => {
    const reply = firstReply(await exchangeBytes(base, [encodeRawRequest('GET', `/health?${'a'.repeat(20_000)}`)]));
    expect([414, 431]).toContain(reply.status);
    expect(findProblemFaults(reply)).toEqual([]);
  });
});

describe('ST-H2 a body', () => {
  const sized = (bytes: number): string => `{"email":"${'a'.repeat(bytes - 12)}"}`;
  const chunked = (body: string): string =>
    `${(body.match(/.{1,1000}/gs) ?? []).map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('')}0\r\n\r\n`;

  it('of 16 KiB is read, of one byte more is 413', async () => {
    expectProblem(await post(sized(16 * 1024)), 422);
    expectProblem(await post(sized(16 * 1024 + 1)), 413, 'request.too_large');
    expectProblem(await post(sized(300_000)), 413);
  });

  it('in chunks is counted, too', async () => {
    const framing = 'transfer-encoding: chunked';
    expectProblem(await post(chunked(sized(16 * 1024)), { framing }), 422);
    expectProblem(await post(chunked(sized(16 * 1024 + 1)), { framing }), 413);
  });

  it('that is only announced is refused at once, without a byte of it', async () => {
    for (const length of ['16385', '9007199254740991', '99999999999999999999']) {
      const answer = await exchangeBytes(base, [
        encodeRawRequest('POST', REGISTRATIONS, { headers: [JSON_TYPE], framing: `content-length: ${length}` }),
      ]);
      expect([413, 400]).toContain(firstReply(answer).status);
      expect(findProblemFaults(firstReply(answer))).toEqual([]);
      expect(answer.closed).toBe(true);
    }
  });

  it('too large is refused on closed routes as well', async () => {
    const reply = await post(sized(20_000), { path: `${REGISTRATIONS}/activate` });
    expect([401, 413]).toContain(reply.status);
    expect(findProblemFaults(reply)).toEqual([]);
  });
});

describe('ST-H3 JSON', () => {
  const nested = (depth: number): string => `{"email":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
  const keyed = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join()}}`;
  const routes = [REGISTRATIONS, '/v1/auth/login'];

  it.each(routes)('deeper than 20 or with more than 200 keys is 422 (%s)', async (path) => {
    expectProblem(await post(nested(20), { path }), 422, 'request.invalid');
    expectProblem(await post(nested(21), { path }), 422, 'request.too_complex');
    expectProblem(await post(nested(5_000), { path }), 422, 'request.too_complex');
    expectProblem(await post(keyed(200), { path }), 422, 'request.invalid');
    expectProblem(await post(keyed(201), { path }), 422, 'request.too_complex');
  });

  const refused: readonly (readonly [string, string])[] = [
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__ in disguise', '{"__\\u0070roto__":{}}'],
    ['__proto__ deep inside', '{"email":{"a":[{"__proto__":1}]}}'],
    ['constructor', '{"constructor":{"prototype":{"admin":true}}}'],
    ['prototype', '{"prototype":{}}'],
    ['a key twice', '{"email":"a@example.org","email":"b@example.org"}'],
    ['a key twice, once in disguise', '{"email":"a@example.org","\\u0065mail":"b@example.org"}'],
    ['a key twice, deep inside', '{"email":{"a":1,"a":2}}'],
    ['half an object', '{"email":'],
    ['two documents', '{}{}'],
    ['a comment', '{/**/}'],
    ['single quotes', "{'a':1}"],
    ['NaN', '{"a":NaN}'],
    ['a byte order mark', '\ufeff{}'],
    ['a NUL', '{"a":"\0"}'],
  ];
  it.each(refused)('with %s is 400', async (_, body) => {
    for (const path of routes) expectProblem(await post(body, { path }), 400, 'request.malformed');
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['an overlong slash', Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"email":"a@example.org"}', 'utf16le')],
  ])('in %s is 400', async (_, body) => {
    expectProblem(await post(body), 400, 'request.malformed');
  });

  it.each(['[]', 'null', '"text"', '1', 'true', '[{}]', ''])('that is no object is 422 or 400: %s', async (body) => {
    const reply = await post(body, { framing: `content-length: ${body.length}` });
    expect([400, 422]).toContain(reply.status);
    expect(findProblemFaults(reply)).toEqual([]);
  });
});

describe('ST-H4 who is slow', () => {
  const HEAD = `POST ${REGISTRATIONS} HTTP/1.1\r\nhost: x\r\n${JSON_TYPE}\r\ncontent-length: 100\r\n\r\n`;
  const drip = (text: string, everyMs: number): (string | number)[] => [...text].flatMap((char) => [char, everyMs]);
  const HEADERS_MS = 10_000;
  const REQUEST_MS = 15_000;
  const MARGIN_MS = 4_000;

  const attacks: readonly (readonly [string, number, readonly (string | number)[]])[] = [
    ['says nothing', HEADERS_MS, []],
    ['stops in the request line', HEADERS_MS, ['GET /hea']],
    ['stops in the headers', HEADERS_MS, ['GET /health HTTP/1.1\r\nhost: x\r\nx-a: ']],
    [
      'sends a header every half second',
      HEADERS_MS,
      ['GET /health HTTP/1.1\r\n', ...drip('abcdefghijklmnopqrstuvwxyzabcdefghijklmnop', 500)],
    ],
    ['sends no body', REQUEST_MS, [HEAD]],
    [
      'sends a byte of its body every half second',
      REQUEST_MS,
      [HEAD, ...drip('{"email":"somebody@example.org","passw', 500)],
    ],
    ['stops in a chunk', REQUEST_MS, [HEAD.replace('content-length: 100', 'transfer-encoding: chunked'), 'ff\r\n{']],
  ];

  it('is answered 408 or hung up on in time, while others are served', { timeout: 40_000 }, async () => {
    const attacked = Promise.all(
      attacks.map(([, , pieces]) => exchangeBytes(base, pieces, REQUEST_MS + 2 * MARGIN_MS)),
    );
    const crowd = Promise.all(
      Array.from({ length: 200 }, () => exchangeBytes(base, ['GET / HTTP/1.1\r\nx'], HEADERS_MS + MARGIN_MS)),
    );
    expect((await deployment.programs[0]?.request('GET', '/health/live', { timeoutMs: 2_000 }))?.status).toBe(200);
    const outcomes = await attacked;
    const faults = attacks.flatMap(([name, limit], at) => {
      const { closed, ms, statuses } = outcomes[at] as RawExchange;
      const fine = closed && ms < limit + MARGIN_MS && statuses.every((status) => status === 408);
      return fine ? [] : [{ name, closed, ms: Math.round(ms), statuses }];
    });
    expect(faults).toEqual([]);
    for (const outcome of outcomes.filter(({ statuses }) => statuses.length > 0))
      expect(findProblemFaults(firstReply(outcome))).toEqual([]);
    expect((await crowd).filter(({ closed }) => !closed)).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeRawRequest, exchangeBytes, firstReply } from '../support/keep-alive-connection.js';
import type { Program } from '../support/program.js';
import { extractCode, randomCredentials, register, waitForCode, wrongCodes } from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const MOST = 5;

let deployment: TestDeployment;
let program: Program;
beforeAll(async () => {
  const limits = { LIMIT_REGISTRATIONS_PER_SOURCE: String(MOST), LIMIT_WRONG_CODES_PER_SOURCE: String(MOST) };
  deployment = await startDeployment({ roles: ['all'], env: limits });
  program = deployment.programs[0] as Program;
});
afterAll(() => deployment?.close());

/** Other ways to write an address, each of which may lead nowhere, but not past a count. */
const spellings = (path: string): string[] => [
  `${path}/`,
  `/${path}`,
  `//${path}`,
  path.replace('/v1/', '/v1//'),
  path.replace('registrations', '%72egistrations'),
  path.replace('registrations', 'registration%73'),
  path.replace('/v1/', '/%761/'),
  path.replace('/v1/', '/v1/./'),
  path.replace('/v1/', '/v1/x/../'),
  `${path}?a=1`,
  `${path}#a`,
  `${path};a=1`,
  path.toUpperCase(),
  `http://127.0.0.1${path}`,
];

const post = async (target: string, body: object, headers: readonly string[] = []): Promise<number> => {
  const all = ['content-type: application/json', 'connection: close', ...headers];
  const bytes = encodeRawRequest('POST', target, { headers: all, body: JSON.stringify(body) });
  return firstReply(await exchangeBytes(program.url, [bytes])).status;
};

const login = ({ email, password }: { email: string; password: string }): string =>
  `authorization: Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

describe('AC-40 a limit per source', () => {
  it('counts wrong codes however the address of the route is spelt', async () => {
    const [one, two] = [randomCredentials(), randomCredentials()];
    const codes = [];
    for (const person of [one, two])
      codes.push(await waitForCode(deployment.mails, person, await register(program.url, person)));
    const statuses = [];
    for (const [n, target] of ['/v1/registrations/activate', ...spellings('/v1/registrations/activate')].entries()) {
      // three wrong tries burn a code
      const [person, code] = n % 2 ? [one, codes[0]] : [two, codes[1]];
      statuses.push(await post(target, { code: wrongCodes(code ?? '', n + 1)[n] }, [login(person)]));
    }
    expect(statuses.filter((status) => status === 400).length).toBeLessThanOrEqual(MOST);
    expect(statuses.filter((status) => status >= 200 && status < 300)).toEqual([]);
    expect(statuses).toContain(429);
  });

  it('counts registrations however the address of the route is spelt', async () => {
    const statuses: number[] = [];
    for (const target of spellings('/v1/registrations')) statuses.push(await post(target, randomCredentials()));
    // two were used up above
    expect(statuses.filter((status) => status === 201)).toHaveLength(MOST - 2);
    expect(statuses).toContain(429);
    expect(statuses.filter((status) => ![201, 400, 404, 429].includes(status))).toEqual([]);
  });
});

describe('AC-28 AC-29 the name by which somebody calls', () => {
  const EVIL = [
    'x-forwarded-host: evil.example',
    'x-forwarded-proto: gopher',
    'forwarded: host=evil.example;proto=gopher',
  ];

  it('is in no message, neither of the first request nor of a later one', async () => {
    const fresh = await startDeployment({ roles: ['all'] });
    try {
      const base = fresh.urls[0] ?? '';
      const seen = [];
      for (const headers of [['host: evil.example', ...EVIL], [`host: ${new URL(base).host}`]]) {
        const { email, password } = randomCredentials();
        const body = JSON.stringify({ email, password });
        const all = [
          ...headers,
          'content-type: application/json',
          `content-length: ${body.length}`,
          'connection: close',
        ];
        const reply = firstReply(
          await exchangeBytes(base, [`POST /v1/registrations HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n${body}`]),
        );
        expect(reply.status).toBe(201);
        const mail = await fresh.mails.waitFor(({ to }) => to.includes(email));
        const { reference } = reply.json as { reference: string };
        const hide = (text: string): string =>
          [email, extractCode(mail), reference].reduce((hidden, own) => hidden.replaceAll(own, '•'), text);
        seen.push([hide(mail.subject), hide(mail.text)]);
        expect(mail.raw).not.toMatch(/evil|gopher/i);
      }
      expect(seen[0]).toEqual(seen[1]);
    } finally {
      await fresh.close();
    }
  });
});

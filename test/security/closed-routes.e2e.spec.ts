import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpProbe, JSON_TYPE, runProbes } from '../support/http-probes.js';
import { listUnexpectedErrors } from '../support/problem-checks.js';
import type { Program } from '../support/program.js';
import { type ApiRoute, fetchRoutes } from '../support/route-catalog.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

let deployment: TestDeployment;
let program: Program;
let operations: ApiRoute[];
beforeAll(async () => {
  deployment = await startDeployment({ roles: ['all'] });
  program = deployment.programs[0] as Program;
  operations = await fetchRoutes(program);
});
afterAll(() => deployment?.close());

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'SEARCH', 'PURGE'];

const closed = (): ApiRoute[] => operations.filter(({ open }) => !open);
const paths = (): string[] => [...new Set(operations.map(({ path }) => path))];
const methodsOf = (path: string): string[] => {
  const named = [...new Set(operations.filter(({ matches }) => matches(path)).map(({ method }) => method))];
  return named.includes('GET') ? [...named, 'HEAD'] : named;
};

/** Other spellings of an address, by which a lock on the plain one has been passed elsewhere. */
const spellings = (path: string): Readonly<Record<string, string>> => ({
  'as it is': path,
  'trailing slash': `${path}/`,
  'two trailing slashes': `${path}//`,
  'leading slashes': `/${path}`,
  'doubled slash': path.replace('/v1/', '/v1//'),
  'encoded letter': path.replace(/[a-z](?=[a-z]*$)/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'encoded slash': path.replace(/\/(?=[^/]*$)/, '%2f'),
  'encoded twice': path.replace(/[a-z](?=[a-z]*$)/, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  semicolon: `${path};x`,
  'semicolon inside': path.replace('/v1', '/v1;x=1'),
  'upper case': path.toUpperCase(),
  dots: path.replace('/v1/', '/v1/./'),
  'dots upwards': path.replace('/v1/', '/v1/../v1/'),
  'dots from an open route': `/health/..${path}`,
  backslash: path.replace('/v1/', '/v1\\'),
  query: `${path}?access_token=x&admin=true`,
  fragment: `${path}#x`,
  'NUL behind it': `${path}%00`,
  'extension behind it': `${path}.json`,
  'absolute form': `http://127.0.0.1${path}`,
  'bad escape': `${path}%zz`,
});

const SAME = ['as it is', 'trailing slash', 'query'];

describe('AC-39 the route walk, without credentials', () => {
  it('knows the routes, and some of them are closed', () => {
    expect(operations.length).toBeGreaterThanOrEqual(10);
    expect(closed().map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining([
        'GET /v1/customers/me',
        'GET /v1/registrations/mine',
        'PUT /v1/auth/password',
        'POST /v1/registrations/activate',
        'POST /v1/registrations/resend-code',
      ]),
    );
  });

  it('a closed route is 401 by its own methods, and no spelling of it is a way in', async () => {
    const probes = closed().flatMap(({ path }) =>
      Object.entries(spellings(path)).flatMap(([name, target]) =>
        METHODS.map((method): HttpProbe => {
          const plain = SAME.includes(name) && methodsOf(path).includes(method);
          return { name, method, target, ...(plain ? { expected: [401] } : {}) };
        }),
      ),
    );
    expect(probes.length).toBeGreaterThan(500);
    expect(await runProbes(program.url, probes)).toEqual([]);
  });

  it('a method that a route does not take is 405 with Allow', async () => {
    const probes = paths().flatMap((path) =>
      METHODS.filter((method) => !methodsOf(path).includes(method)).flatMap((method) =>
        [path, `${path}/`].map((target): HttpProbe => ({ name: 'method', method, target, expected: [405] })),
      ),
    );
    expect(await runProbes(program.url, probes)).toEqual([]);
    for (const path of paths()) {
      const { headers } = await program.request('PURGE', path);
      expect([path, headers.get('allow')?.split(/, */).sort()]).toEqual([path, methodsOf(path).sort()]);
    }
  });

  it('401 comes before 400 and 422: the body of a closed route is not looked at', async () => {
    const deep = `${'['.repeat(50)}${']'.repeat(50)}`;
    const bodies = ['{"', '[]', '{"a":1,"a":2}', '{"__proto__":1}', deep, '"x"', '\0', '{}'];
    const takers = closed().filter(({ method }) => method !== 'GET');
    const probes = takers.flatMap(({ method, path }) =>
      bodies.map((body): HttpProbe => ({ name: 'body', method, target: path, body, expected: [401] })),
    );
    expect(probes.length).toBeGreaterThan(10);
    expect(await runProbes(program.url, probes)).toEqual([]);
  });

  it('credentials of another scheme are none', async () => {
    const basic = `Basic ${Buffer.from('ada@example.org:correct horse').toString('base64')}`;
    const schemes = [basic, 'Bearer x.y.z', 'Bearer', 'Basic', 'Digest username="ada"', 'Negotiate YII=', 'null', ''];
    const probes = closed().flatMap(({ method, path }) =>
      schemes.map((scheme): HttpProbe => {
        const headers = [JSON_TYPE, `authorization: ${scheme}`];
        return { name: scheme, method, target: path, headers, expected: [401] };
      }),
    );
    expect(await runProbes(program.url, probes)).toEqual([]);
  });

  it('a route that is not there is 404, by any method', async () => {
    const targets = ['/v1', '/v1/nothing', '/admin', '/v1/customers/me/nothing', '/dev/messages', '/dev/mailbox'];
    const probes = targets.flatMap((target) =>
      METHODS.map((method): HttpProbe => ({ name: 'missing', method, target, expected: [404] })),
    );
    expect(await runProbes(program.url, probes)).toEqual([]);
  });
});

describe('afterwards', () => {
  it('the program is unharmed and has met nothing unforeseen', async () => {
    expect((await program.request('GET', '/health/ready')).status).toBe(200);
    expect(listUnexpectedErrors(program)).toEqual([]);
  });
});

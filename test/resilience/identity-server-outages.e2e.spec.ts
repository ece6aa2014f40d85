import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED } from '../support/backends.js';
import { signInExternally } from '../support/external-sign-in.js';
import { type IdentityServer, type ServerMode, startIdentityServer, trustIssuers } from '../support/identity-server.js';
import { runProgram } from '../support/program.js';
import { TestApp } from '../support/test-app.js';

interface Problem {
  readonly code: string;
}

/** One for each test: what is known of one says nothing of another. */
const servers: IdentityServer[] = [];
const app = new TestApp();
let bearer: string;

beforeAll(async () => {
  for (let n = 0; n < 7; n++) servers.push(await startIdentityServer());
  await app.attach(await EMBEDDED.start({ OAUTH_ISSUERS: trustIssuers(...servers) }));
  const { person } = await app.createCustomer();
  bearer = (await app.logIn(person)).json.access_token;
}, 120_000);
afterAll(async () => {
  await app.close();
  await Promise.all(servers.map((server) => server.stop()));
});

const next = (): IdentityServer => {
  const server = servers.find(({ requestedPaths }) => requestedPaths.length === 0);
  if (!server) throw new Error('start one more of them');
  return server;
};
const tokenOf = async (server: IdentityServer, account: string = randomUUID()) =>
  (await signInExternally(server, account)).accessToken;
const me = (token: string) => app.request<Problem>('GET', '/v1/customers/me', { bearer: token });
const link = (token: string) => app.request<Problem>('POST', '/v1/auth/links', { bearer, json: { token } });

/** Signed by nobody, of that server by its word. */
function forged(server: IdentityServer, kid: string): string {
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encoded({ alg: 'ES256', typ: 'at+jwt', kid })}.${encoded({ iss: server.issuer })}.AAAA`;
}

async function expectUnavailable(token: string): Promise<void> {
  const { status, json, headers } = await me(token);
  expect([status, json.code, headers.get('retry-after')]).toEqual([503, 'service.unavailable', '2']);
}

describe('given an identity server', () => {
  it('AC-54 that was never seen and is away, then 503 until it is there, and everybody else is served', async () => {
    const server = next();
    const token = await tokenOf(server);
    await server.stop();
    await expectUnavailable(token);
    expect((await link(token)).status).toBe(503);
    expect((await me(bearer)).status).toBe(200);
    expect((await me('a.b.c')).status).toBe(401);
    const line = await app.program.waitForLog(({ issuer }) => issuer === server.issuer);
    expect(line).toMatchObject({
      level: 'warn',
      reason: 'ECONNREFUSED',
      msg: 'Cannot fetch the signing keys of the identity server',
    });
    await server.start();
    await expect.poll(async () => (await link(token)).status, { timeout: 5_000, interval: 200 }).toBe(201);
    expect((await me(token)).status).toBe(200);
  });

  it('that goes away after it was seen, then its tokens are good all the same', async () => {
    const server = next();
    const account = randomUUID();
    const [first, second] = [await tokenOf(server, account), await tokenOf(server, account)];
    expect((await link(first)).status).toBe(201);
    await server.stop();
    expect([(await me(first)).status, (await me(second)).status]).toEqual([200, 200]);
  });

  it('AC-54 that takes the connection and says nothing, then 503 after three seconds, and nobody else waits', async () => {
    const server = next();
    const token = await tokenOf(server);
    server.mode = 'frozen';
    const start = performance.now();
    const waiting = Promise.all([expectUnavailable(token), expectUnavailable(token)]);
    expect((await me(bearer)).status).toBe(200);
    expect(performance.now() - start).toBeLessThan(1_500);
    await waiting;
    expect(performance.now() - start).toBeLessThan(4_500);
    const again = performance.now();
    await expectUnavailable(token);
    expect(performance.now() - again).toBeLessThan(1_000);
  });

  it('AC-54 whose metadata is that of another issuer, then 503, and its keys are not even asked for', async () => {
    const server = next();
    const token = await tokenOf(server);
    const looks = server.jwksRequests;
    server.mode = 'as-somebody-else' satisfies ServerMode;
    await expectUnavailable(token);
    const line = await app.program.waitForLog(({ issuer }) => issuer === server.issuer);
    expect(line['reason']).toBe('the metadata names another issuer');
    expect(server.jwksRequests).toBe(looks);
  });

  it('that changes its key, then tokens of the new one are good at once', async () => {
    const server = next();
    const account = randomUUID();
    expect((await link(await tokenOf(server, account))).status).toBe(201);
    server.rotateKey();
    const statuses = await Promise.all(
      [await tokenOf(server, account), await tokenOf(server, account)].map(async (token) => (await me(token)).status),
    );
    expect(statuses).toEqual([200, 200]);
  });

  it('AC-45 whose key ids strangers invent, then it is asked once', async () => {
    const server = next();
    expect((await link(await tokenOf(server))).status).toBe(201);
    const looks = server.jwksRequests;
    const invented = Array.from({ length: 200 }, (_, n) => forged(server, `invented-${n}`));
    const statuses = await Promise.all(invented.map(async (token) => (await me(token)).status));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(server.jwksRequests - looks).toBe(1);
  });

  it('AC-45 that nobody named, then it is not asked', async () => {
    const stranger = await startIdentityServer();
    const token = await tokenOf(stranger);
    const asked = stranger.requestedPaths.length;
    expect([(await me(token)).status, (await link(token)).status]).toEqual([401, 422]);
    expect(stranger.requestedPaths).toHaveLength(asked);
    await stranger.stop();
  });
});

describe('AC-53 given OAUTH_ISSUERS that cannot be used', () => {
  it('then the program does not start, and says why', async () => {
    const entries = [{ issuer: 'http://login.example', audience: '' }, { algorithms: ['none'] }];
    const { code, output } = await runProgram({ env: { OAUTH_ISSUERS: JSON.stringify(entries) } });
    expect(code).toBe(1);
    expect(output).toContain('OAUTH_ISSUERS entry 1: issuer must be an https URL');
    expect(output).toContain('OAUTH_ISSUERS entry 1: audience is missing');
    expect(output).toContain('OAUTH_ISSUERS entry 2: algorithms must list');
  });
});

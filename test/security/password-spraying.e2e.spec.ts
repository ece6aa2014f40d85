import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countOutcomes } from '../support/invariant-checks.js';
import { race } from '../support/race.js';
import { randomCredentials } from '../support/registration-requests.js';
import {
  callApi,
  createActiveCustomer,
  SIGN_IN_SETTINGS,
  signInRequest,
  type TokenResponse,
} from '../support/session-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';

const MOST = 20;
const WRONG = 'one password for every name';
const TRUSTED = '192.0.2.200';

let deployment: TestDeployment;
beforeAll(async () => {
  const limits = { LIMIT_WRONG_LOGINS_PER_SOURCE: String(MOST), TRUSTED_SOURCES: TRUSTED };
  deployment = await startDeployment({ roles: ['all', 'api'], env: { ...SIGN_IN_SETTINGS, ...limits } });
});
afterAll(() => deployment?.close());

const sprayPassword = async (source: string, count: number) =>
  countOutcomes(
    (
      await race(
        deployment.urls,
        Array.from({ length: count }, () => signInRequest(randomCredentials().email, WRONG, source)),
      )
    ).replies,
  );
const signInAt = (place: number, name: string, password: string, source: string, headers = {}) => {
  const request = signInRequest(name, password, source);
  return callApi<TokenResponse & { device_token: string; code: string }>(deployment.urls[place] ?? '', {
    ...request,
    headers: { ...request.headers, ...headers },
  });
};

describe('one password tried at many names from one source', () => {
  it('is compared as often as one may fail in a day, over all replicas, whoever has the name [AC-78]', async () => {
    const who = await createActiveCustomer(deployment);
    const source = '198.51.100.1';
    expect(await sprayPassword(source, MOST + 10)).toEqual({
      '401 auth.invalid_credentials': MOST,
      '429 request.too_many': 10,
    });
    for (const name of [who.email, randomCredentials().email, 'neither address nor number']) {
      const { status, json, headers } = await signInAt(1, name, who.password, source);
      expect([status, json.code]).toEqual([429, 'request.too_many']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await signInAt(0, who.email, who.password, '198.51.100.2')).status).toBe(200);
  });

  it('does not stop a device from which the customer has signed in before [AC-78]', async () => {
    const who = await createActiveCustomer(deployment);
    const source = '198.51.100.3';
    const { json } = await signInAt(0, who.email, who.password, source);
    await sprayPassword(source, MOST);
    expect((await signInAt(1, who.email, who.password, source)).status).toBe(429);
    const known = { 'x-device-token': json.device_token };
    expect((await signInAt(1, who.email, who.password, source, known)).status).toBe(200);
  });

  it('is not limited from a trusted source, and sign-ins that succeed are none of it [AC-78]', async () => {
    const who = await createActiveCustomer(deployment);
    expect(await sprayPassword(TRUSTED, MOST + 10)).toEqual({ '401 auth.invalid_credentials': MOST + 10 });
    const statuses = new Set<number>();
    for (let n = 0; n < MOST + 5; n++)
      statuses.add((await signInAt(n % 2, who.email, who.password, '198.51.100.4')).status);
    expect([...statuses]).toEqual([200]);
  });
});

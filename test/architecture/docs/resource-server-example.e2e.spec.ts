import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Reply, send } from '../../support/http-message.js';
import { type Program, startProgram } from '../../support/program.js';
import { randomCredentials, register, waitForCode } from '../../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../../support/test-deployment.js';

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

/** The example of the documentation, as it stands there, beside a deployment with a broker. */
describe('a service that takes our tokens', () => {
  let deployment: TestDeployment;
  let service: Program;
  let ours: string;

  beforeAll(async () => {
    deployment = await startDeployment({ roles: ['all'], broker: true });
    ours = deployment.urls[0] ?? '';
    const env = { ISSUER: ours, RABBITMQ_URL: deployment.env['RABBITMQ_URL'] ?? '' };
    service = await startProgram({ entry: 'docs/examples/resource-server.mjs', env });
  });
  afterAll(async () => {
    await service?.dispose();
    await deployment?.close();
  });

  const ask = (bearer?: string) => service.request<{ customer: string }>('GET', '/', bearer ? { bearer } : {});
  const signedUp = async () => {
    const person = randomCredentials();
    const ticket = await register(ours, person);
    const code = await waitForCode(deployment.mails, person, ticket);
    const activate = `${ours}/v1/registrations/activate?tokens=true`;
    const basic = [person.email, person.password] as const;
    const answer = await send<{ id: string; tokens: Tokens }>(activate, 'POST', { basic, json: { code } });
    expect(answer.status).toBe(200);
    return { person, id: answer.json.id, ...answer.json.tokens };
  };
  const logOut = (bearer: string, scope: string) => send(`${ours}/v1/auth/logout`, 'POST', { bearer, json: { scope } });
  /** Events take their time, but not for ever. */
  const until = async (status: number, bearer: string): Promise<Reply> => {
    for (let n = 0; ; n++) {
      const answer = await ask(bearer);
      if (answer.status === status || n === 100) return answer;
      await pause(50);
    }
  };

  it('takes a token, and nothing that is none', async () => {
    const { access_token: token, refresh_token: refresh, id } = await signedUp();
    expect(await ask(token)).toMatchObject({ status: 200, json: { customer: id, roles: ['customer'] } });
    for (const other of [undefined, 'x', refresh, `${token}x`, token.split('.').slice(0, 2).join('.')])
      expect((await ask(other)).status, other).toBe(401);
  });

  it('hears that a session has ended', async () => {
    const { access_token: token } = await signedUp();
    expect((await ask(token)).status).toBe(200);
    expect((await logOut(token, 'current')).status).toBe(204);
    expect((await until(401, token)).status).toBe(401);
  });

  it('hears that all sessions have ended, and takes those that began after it', async () => {
    const { person, access_token: token } = await signedUp();
    expect((await logOut(token, 'all')).status).toBe(204);
    expect((await until(401, token)).status).toBe(401);
    const json = { username: person.email, password: person.password };
    const again = await send<Tokens>(`${ours}/v1/auth/login`, 'POST', { json });
    expect((await ask(again.json.access_token)).status).toBe(200);
  });
});

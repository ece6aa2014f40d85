import { expect } from 'vitest';
import { send } from '../support/http-message.js';
import {
  activate,
  type Credentials,
  logIn,
  randomCredentials,
  register,
  waitForCode,
} from '../support/registration-requests.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { runConstantLoad } from './constant-load.js';
import { startLoadBalancer } from './load-balancer.js';

/** One issuer; a second in which a balancer can look elsewhere; everybody comes from one address. */
const ROLLING_RESTART_SETTINGS = {
  PRE_STOP_MS: '1000',
  PUBLIC_URL: 'https://foyer.example.org',
  TRUSTED_SOURCES: '127.0.0.0/8',
};

export const startTwoReplicas = (o: { broker?: boolean } = {}): Promise<TestDeployment> =>
  startDeployment({ ...o, roles: ['all', 'all'], env: ROLLING_RESTART_SETTINGS });

/** From stranger to signed-in customer, every step wherever it lands. */
export async function registerAndSignIn(
  url: string,
  { mails }: TestDeployment,
  person: Credentials = randomCredentials(),
): Promise<string> {
  const code = await waitForCode(mails, person, await register(url, person));
  const statuses = [(await activate(url, person, code)).status, (await logIn(url, person)).status];
  return `walk ${statuses.join(' ')}`;
}

/**
 * LD-05: restarts one replica after the other, `rounds` times, while people come in through a balancer. Returns what came of
 * every call and every exit code.
 */
export async function restartReplicasOneByOne(
  deployment: TestDeployment,
  rounds: number,
  perSecond: number,
): Promise<readonly string[]> {
  const balancer = await startLoadBalancer(deployment.urls);
  const credentials = randomCredentials();
  expect(await registerAndSignIn(balancer.url, deployment, credentials)).toBe('walk 200 200');
  const bearer = ((await logIn(balancer.url, credentials)).json as { access_token: string }).access_token;
  const me = async (): Promise<string> => {
    const { status, text } = await send(`${balancer.url}/v1/customers/me`, 'GET', { bearer });
    return status === 200 ? 'me 200' : `me ${status} ${text}`;
  };
  const exits: string[] = [];
  const restarts = async (): Promise<void> => {
    for (let round = 0; round < rounds; round++) {
      for (const program of deployment.programs) {
        exits.push(`exit ${await program.stop()}`);
        await program.start();
        await expect.poll(() => balancer.readyCount, { timeout: 10_000 }).toBe(deployment.programs.length);
      }
    }
  };
  const outcomes = await runConstantLoad(perSecond, restarts(), (n) =>
    n % 10 === 0 ? registerAndSignIn(balancer.url, deployment) : me(),
  );
  await balancer.stop();
  return [...outcomes, ...exits];
}

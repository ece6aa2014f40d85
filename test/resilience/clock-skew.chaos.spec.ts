import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { wrongClock } from '../support/faketime.js';
import { send } from '../support/http-message.js';
import { countOutcomes, findBrokenInvariants } from '../support/invariant-checks.js';
import { type Program, startProgram } from '../support/program.js';
import {
  activate,
  type Credentials,
  extractCode,
  logIn,
  type RegistrationResponse,
  randomCredentials,
  register,
} from '../support/registration-requests.js';
import type { Mail } from '../support/smtp-sink.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { fetchCodeExpiry } from './redis-deployment.js';

const LIFE_MS = 5_000;

/** One issuer of tokens; as many attempts as the other tests leave, and one more. */
const RULES = {
  CODE_TTL_SECONDS: String(LIFE_MS / 1000),
  LIMIT_LIVE_ATTEMPTS: '4',
  ATTEMPT_TTL_SECONDS: '120', // dead already to whoever lives five minutes ahead
  PUBLIC_URL: 'https://foyer.example.org',
};

let deployment: TestDeployment;
let ahead: Program;
let behind: Program;
beforeAll(async () => {
  deployment = await startDeployment({ roles: [], env: RULES });
  const start = (offset: string) => startProgram({ env: { ...deployment.env, ...wrongClock(offset) } });
  [ahead, behind] = await Promise.all([start('+5m'), start('-5m')]);
}, 60_000);
afterAll(async () => {
  await Promise.all([ahead?.dispose(), behind?.dispose()]);
  await deployment?.close();
});

async function pending(program: Program): Promise<{ person: Credentials; mail: Mail; ticket: RegistrationResponse }> {
  const person = randomCredentials();
  const ticket = await register(program.url, person);
  return { person, ticket, mail: await deployment.mails.waitFor(({ to }) => to.includes(person.email), 10_000) };
}
const at = ({ mail }: { mail: Mail }, age: number) => sleep(mail.acceptedAt + age - Date.now());

it('they live ten minutes apart', async () => {
  const times = await Promise.all(
    [ahead, behind].map(async (program) => Date.parse((await send(program.url, 'GET')).headers.get('date') ?? '')),
  );
  const [later = 0, earlier = 0] = times;
  expect(Math.abs(later - earlier - 600_000)).toBeLessThan(5_000);
});

it('FM-C1 AC-12 a code lives as long as it should, whoever made it and whoever is asked', async () => {
  const people = await Promise.all([pending(ahead), pending(behind)]);
  for (const one of people)
    expect(
      Math.abs((await fetchCodeExpiry({ urls: [behind.url] }, one.person)) - one.mail.acceptedAt - LIFE_MS),
    ).toBeLessThan(1_000);
  const [one, other] = people as [(typeof people)[0], (typeof people)[0]];
  await at(other, LIFE_MS - 1_000);
  expect(countOutcomes([await activate(ahead.url, other.person, extractCode(other.mail))])).toEqual({ '200': 1 });
  await at(one, LIFE_MS + 200);
  for (const { url } of [behind, ahead])
    expect(countOutcomes([await activate(url, one.person, extractCode(one.mail))])).toEqual({
      '410 registration.code_expired': 1,
    });
});

it('FM-C1 a repeated click has the same answer everywhere, and a token counts everywhere', async () => {
  const { person, mail } = await pending(behind);
  const first = await activate(behind.url, person, extractCode(mail));
  const again = await activate(ahead.url, person, extractCode(mail));
  expect([first.status, again.status, again.text]).toEqual([200, 200, first.text]);
  for (const [from, to] of [
    [ahead, behind],
    [behind, ahead],
  ] as const) {
    const bearer = ((await logIn(from.url, person)).json as { access_token: string }).access_token;
    expect((await send(`${to.url}/v1/customers/me`, 'GET', { bearer })).json).toEqual(first.json);
  }
  await deployment.waitUntilDrained();
  expect(await findBrokenInvariants(deployment.database)).toEqual([]);
});

it('FM-C1 the limit of live attempts holds on both: those of the others are alive', async () => {
  const replies = [];
  for (const { url } of [ahead, behind, ahead, behind, ahead, behind]) {
    await sleep(300); // it is looked at four times a second
    replies.push(await send(`${url}/v1/registrations`, 'POST', { json: randomCredentials() }));
  }
  expect(replies.map(({ status }) => status)).toEqual([201, 503, 503, 503, 503, 503]);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { countOutcomes } from '../support/invariant-checks.js';
import {
  activate,
  type Credentials,
  extractCode,
  randomCredentials,
  register,
} from '../support/registration-requests.js';
import type { Mail, SmtpBehaviour } from '../support/smtp-sink.js';
import { type SmtpSink, startSmtpSink } from '../support/smtp-sink.js';
import { startDeployment, type TestDeployment } from '../support/test-deployment.js';
import { FaultProxy } from './fault-proxy.js';
import { fetchCodeExpiry } from './redis-deployment.js';

const LIFE_MS = 3_000;
/** Longer than a code lives: it would be dead on arrival if its minute began when it was asked for. */
const SLOW_MS = 3_500;
/** Eight digits: no two codes are alike by chance. */
const RULES = { CODE_TTL_SECONDS: String(LIFE_MS / 1000), CODE_LENGTH: '8' };
const EXPIRED = { '410 registration.code_expired': 1 };

let deployment: TestDeployment;
let sink: SmtpSink;
let proxy: FaultProxy;
beforeAll(async () => {
  sink = await startSmtpSink();
  proxy = await FaultProxy.start(sink.url);
  deployment = await startDeployment({ roles: ['all', 'all'], env: { ...RULES, SMTP_URL: proxy.url } });
}, 60_000);
afterAll(async () => {
  await deployment?.close();
  await proxy?.stop();
  await sink?.stop();
});

const urls = () => deployment.urls as [string, string];
const mailsTo = ({ email }: Credentials): readonly Mail[] => sink.messages.filter(({ to }) => to.includes(email));
const mailTo = ({ email }: Credentials): Promise<Mail> => sink.waitFor(({ to }) => to.includes(email), 10_000);
const codesTo = (person: Credentials): string[] => mailsTo(person).map(extractCode);

/** Registers while the mail server fails, and waits for the mail that gets through. */
async function registered(): Promise<{ person: Credentials; mail: Mail }> {
  const person = randomCredentials();
  await register(urls()[0], person);
  return { person, mail: await mailTo(person) };
}

const outcome = async (person: Credentials, code: string, url = urls()[1]) =>
  countOutcomes([await activate(url, person, code)]);

it('FM-S1 refused for a moment: 201, then one mail whose code is good', async () => {
  proxy.refuse();
  setTimeout(() => proxy.restore(), 300);
  const { person, mail } = await registered();
  expect(await outcome(person, extractCode(mail))).toEqual({ '200': 1 });
  expect(mailsTo(person)).toHaveLength(1);
});

it('FM-S1 silent: given up after three seconds, then one mail whose code is good', async () => {
  proxy.reset();
  proxy.blackhole();
  setTimeout(() => {
    proxy.reset();
    proxy.restore();
  }, 3_100);
  const { person, mail } = await registered();
  expect(await outcome(person, extractCode(mail))).toEqual({ '200': 1 });
  expect(mailsTo(person)).toHaveLength(1);
}, 15_000);

it('FM-S2 slow: the life of the code begins when the mail is accepted', async () => {
  sink.setBehaviour({ delayMs: SLOW_MS }, 2);
  const [soon, late] = await Promise.all([registered(), registered()]);
  expect(Math.abs((await fetchCodeExpiry(deployment, soon.person)) - soon.mail.acceptedAt - LIFE_MS)).toBeLessThan(500);
  await sleep(soon.mail.acceptedAt + LIFE_MS - 1_000 - Date.now());
  expect(await outcome(soon.person, extractCode(soon.mail))).toEqual({ '200': 1 });
  await sleep(late.mail.acceptedAt + LIFE_MS + 200 - Date.now());
  expect(await outcome(late.person, extractCode(late.mail))).toEqual(EXPIRED);
}, 20_000);

it.each([
  ['refuses for now', { refuse: 451 }],
  ['hangs up before it takes the mail', { drop: 'before' }],
] as const)('FM-S1 it %s: a new code, which is good', async (_, behaviour: Partial<SmtpBehaviour>) => {
  sink.setBehaviour(behaviour, 2);
  const { person, mail } = await registered();
  expect(await outcome(person, extractCode(mail))).toEqual({ '200': 1 });
  expect(mailsTo(person)).toHaveLength(1);
});

it('FM-S1 INV-01 cut after the mail and before its 250: a second mail, and the code in the first one is dead', async () => {
  sink.setBehaviour({ drop: 'after' }, 1);
  const { person } = await registered();
  await expect.poll(() => codesTo(person), { timeout: 5_000 }).toHaveLength(2);
  const [first = '', second = ''] = codesTo(person);
  expect(await outcome(person, first)).toEqual({ '400 registration.code_wrong': 1 });
  expect(await outcome(person, second)).toEqual({ '200': 1 });
});

it('FM-S3 AC-62 refused for good: not tried again, no code is right, and the caller is not told', async () => {
  sink.setBehaviour({ refuse: 550 });
  const person = randomCredentials();
  const refused = () => deployment.programs.map(async (program) => (await program.request('GET', '/metrics')).text);
  const count = async () => (await Promise.all(refused())).flatMap((text) => REFUSED.exec(text)?.[1] ?? []);
  await register(urls()[0], person);
  await expect.poll(count, { timeout: 5_000 }).toEqual(['1']);
  sink.setBehaviour({});
  expect(await outcome(person, '12345678')).toEqual({ '400 registration.code_wrong': 1 });
  await sleep(LIFE_MS);
  expect(mailsTo(person)).toEqual([]);
  expect(await outcome(person, '12345678')).toEqual(EXPIRED);
  expect(await count()).toEqual(['1']);
});

const REFUSED = /^messages_total\{channel="email",outcome="refused"\} (\d+)$/m;

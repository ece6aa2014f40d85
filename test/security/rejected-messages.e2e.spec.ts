import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { logIn, requestPasswordReset, resetPassword } from '../support/auth-requests.js';
import { SERVICES } from '../support/backends.js';
import type { Reply } from '../support/http-message.js';
import { parseProblem, statusAndCode } from '../support/problem-catalog.js';
import {
  freshEmail,
  identifierOf,
  newRegistration,
  type RegistrationInput,
  withPassword,
} from '../support/registration-fixtures.js';
import type { SmtpBehaviour } from '../support/smtp-sink.js';
import { createAdministrator } from '../support/staff-fixtures.js';
import { type TestApp, useTestApp } from '../support/test-app.js';

/** How the mail server treats every message, and how long (ms) it takes until the last try of one has ended. */
const OUTCOMES: readonly (readonly [string, Partial<SmtpBehaviour>, number])[] = [
  ['accepts', {}, 1_000],
  ['refuses for good (550)', { refuse: 550 }, 1_000],
  ['refuses for now (451), three times', { refuse: 451 }, 3_000],
  ['hangs up before it accepts, three times', { drop: 'before' }, 3_000],
  ['does not answer', { delayMs: 60_000 }, 27_000],
];
const WRONG = '0000';
const NEW_PASSWORD = 'another horse, another staple';

/** An answer without what is this request's or this person's own. */
function toComparableText(reply: Reply, attempt: Readonly<Record<string, unknown>> = {}): string {
  const headers = [...reply.headers].filter(([name]) => name !== 'date' && name !== 'x-correlation-id');
  const own = [parseProblem(reply)?.traceId, ...Object.values(attempt)].filter((value) => typeof value === 'string');
  const hidden = own.reduce((text, value) => text.replaceAll(`"${value}"`, '•'), reply.text);
  return JSON.stringify([reply.status, headers, hidden.replaceAll(/"\d{4}-\d\d-\d\dT[^"]+Z"/g, '"<a moment>"')]);
}

/** Everything that somebody sees who registers an address, while its message is tried and afterwards. */
async function collectReplies(
  app: TestApp,
  person: RegistrationInput,
  triedForMs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const registered = await app.register(person);
  const { id, attemptId, reference, destination } = registered.json;
  const own = { id, attemptId, reference, destination };
  await sleep(triedForMs);
  const mine = await app.getMyRegistration(person);
  const lives = Date.parse(mine.json.codeExpiresAt ?? '') - Date.parse(mine.json.resendAt);
  const wrong = await app.activate(person, WRONG);
  return {
    registered: toComparableText(registered, own),
    mine: toComparableText(mine, own),
    // The minute begins when the message was tried for the last time, for everybody alike.
    'life of the code in seconds, about': Math.round((lives + 60_000 - triedForMs) / 3_000),
    'a wrong code': statusAndCode(wrong) + toComparableText(wrong, own),
    'a resend within the minute': statusAndCode(await app.resendCode(person)),
    'mine after a wrong code': toComparableText(await app.getMyRegistration(person), own),
  };
}

describe.each(OUTCOMES)('while the mail server %s', (_, behaviour, triedForMs) => {
  const app = useTestApp(SERVICES);
  let customers: readonly [
    first: RegistrationInput,
    notified: RegistrationInput,
    suspended: RegistrationInput,
    asking: RegistrationInput,
  ];
  let bearer: string;

  beforeAll(async () => {
    const [first, notified, suspended, asking] = await Promise.all([1, 2, 3, 4].map(() => app.createCustomer()));
    if (!first || !notified || !suspended || !asking) throw new Error('four customers');
    const admin = await createAdministrator(app);
    const path = `/v1/customers/${suspended.customer.id}`;
    const done = await app.request('PATCH', path, {
      bearer: admin.bearer,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status: 'suspended' }),
    });
    expect(done.status, done.text).toBe(200);
    await app.captureMessage(identifierOf(notified.person), () => app.register(withPassword(notified.person)));
    customers = [first.person, notified.person, suspended.person, asking.person];
    bearer = (await logIn(app, asking.person)).access_token;
    app.services.mail.setBehaviour(behaviour);
    // What messages experience now is known from the first one on.
    await app.register(newRegistration());
    await sleep(triedForMs);
  }, 120_000);

  it('answers a new, a pending, a taken and a notified address alike at every step [AC-62]', async () => {
    const [first, notified] = customers;
    const waiting = newRegistration();
    await app.register(waiting);
    const people = [newRegistration(), withPassword(waiting), withPassword(first), withPassword(notified)];
    const [fresh, ...others] = await Promise.all(people.map((person) => collectReplies(app, person, triedForMs)));
    expect(fresh).toMatchObject({ 'a wrong code': expect.stringContaining('400 registration.code_wrong') });
    for (const [n, other] of others.entries()) expect(other, ['pending', 'taken', 'notified'][n]).toEqual(fresh);
  }, 120_000);

  it('answers a wrong reset code of a customer, a suspended one and nobody alike [AC-62]', async () => {
    const [first, , suspended] = customers;
    const names = [freshEmail(), identifierOf(first), identifierOf(suspended)];
    for (const name of names) expect((await requestPasswordReset(app, name)).status).toBe(202);
    await sleep(triedForMs);
    const seen: unknown[] = [];
    for (const name of names) {
      const answers: unknown[] = [];
      for (const code of ['00000000', '00000001', '00000002', '00000003']) {
        const { status, json } = await resetPassword(app, name, code, NEW_PASSWORD);
        answers.push([status, json.attemptsRemaining]);
      }
      seen.push(answers);
    }
    const usual = [
      [400, 2],
      [400, 1],
      [400, 0],
      [410, undefined],
    ];
    expect(seen).toEqual([usual, usual, usual]);
  }, 120_000);

  it('answers a wrong code of a free and of a taken new address alike [AC-62]', async () => {
    const [first, , , asking] = customers;
    const seen: unknown[] = [];
    for (const email of [freshEmail(), identifierOf(first)]) {
      const json = { email, currentPassword: asking.password };
      expect((await app.request('POST', '/v1/customers/me/identifiers', { bearer, json })).status).toBe(202);
      await sleep(triedForMs);
      const confirm = { bearer, json: { code: '00000000' } };
      const wrong = await app.request('POST', '/v1/customers/me/identifiers/confirm', confirm);
      seen.push([statusAndCode(wrong), parseProblem(wrong).attemptsRemaining]);
    }
    const usual = ['400 customer.code_wrong', 2];
    expect(seen).toEqual([usual, usual]);
  }, 120_000);
});

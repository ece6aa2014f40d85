import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { forgot, logIn, reset } from '../auth/door.js';
import { administratorOf } from '../customers/staff.js';
import { SERVICES } from '../registration/backends.js';
import { type Hall, useHall } from '../registration/hall.js';
import { freshEmail, identifierOf, newcomer, type Person, withPassword } from '../registration/people.js';
import { outcomeOf, problemOf } from '../registration/problem-list.js';
import type { Reply } from '../support/http-message.js';
import type { SmtpBehaviour } from '../support/smtp-sink.js';

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
function shape(reply: Reply, attempt: Readonly<Record<string, unknown>> = {}): string {
  const headers = [...reply.headers].filter(([name]) => name !== 'date' && name !== 'x-correlation-id');
  const own = [problemOf(reply)?.traceId, ...Object.values(attempt)].filter((value) => typeof value === 'string');
  const hidden = own.reduce((text, value) => text.replaceAll(`"${value}"`, '•'), reply.text);
  return JSON.stringify([reply.status, headers, hidden.replaceAll(/"\d{4}-\d\d-\d\dT[^"]+Z"/g, '"<a moment>"')]);
}

/** Everything that somebody sees who registers an address, while its message is tried and afterwards. */
async function seenBy(hall: Hall, person: Person, triedForMs: number): Promise<Readonly<Record<string, unknown>>> {
  const registered = await hall.register(person);
  const { id, attemptId, reference, destination } = registered.json;
  const own = { id, attemptId, reference, destination };
  await sleep(triedForMs);
  const mine = await hall.mine(person);
  const lives = Date.parse(mine.json.codeExpiresAt ?? '') - Date.parse(mine.json.resendAt);
  const wrong = await hall.activate(person, WRONG);
  return {
    registered: shape(registered, own),
    mine: shape(mine, own),
    // The minute begins when the message was tried for the last time, for everybody alike.
    'life of the code in seconds, about': Math.round((lives + 60_000 - triedForMs) / 3_000),
    'a wrong code': outcomeOf(wrong) + shape(wrong, own),
    'a resend within the minute': outcomeOf(await hall.resend(person)),
    'mine after a wrong code': shape(await hall.mine(person), own),
  };
}

describe.each(OUTCOMES)('while the mail server %s', (_, behaviour, triedForMs) => {
  const hall = useHall(SERVICES);
  let customers: readonly [first: Person, notified: Person, suspended: Person, asking: Person];
  let bearer: string;

  beforeAll(async () => {
    const [first, notified, suspended, asking] = await Promise.all([1, 2, 3, 4].map(() => hall.customer()));
    if (!first || !notified || !suspended || !asking) throw new Error('four customers');
    const admin = await administratorOf(hall);
    const path = `/v1/customers/${suspended.customer.id}`;
    const done = await hall.request('PATCH', path, {
      bearer: admin.bearer,
      headers: { 'content-type': 'application/merge-patch+json' },
      body: JSON.stringify({ status: 'suspended' }),
    });
    expect(done.status, done.text).toBe(200);
    await hall.receive(identifierOf(notified.person), () => hall.register(withPassword(notified.person)));
    customers = [first.person, notified.person, suspended.person, asking.person];
    bearer = (await logIn(hall, asking.person)).access_token;
    hall.services.mail.behave(behaviour);
    // What messages experience now is known from the first one on.
    await hall.register(newcomer());
    await sleep(triedForMs);
  }, 120_000);

  it('answers a new, a pending, a taken and a notified address alike at every step [AC-62]', async () => {
    const [first, notified] = customers;
    const waiting = newcomer();
    await hall.register(waiting);
    const people = [newcomer(), withPassword(waiting), withPassword(first), withPassword(notified)];
    const [fresh, ...others] = await Promise.all(people.map((person) => seenBy(hall, person, triedForMs)));
    expect(fresh).toMatchObject({ 'a wrong code': expect.stringContaining('400 registration.code_wrong') });
    for (const [n, other] of others.entries()) expect(other, ['pending', 'taken', 'notified'][n]).toEqual(fresh);
  }, 120_000);

  it('answers a wrong reset code of a customer, a suspended one and nobody alike [AC-62]', async () => {
    const [first, , suspended] = customers;
    const names = [freshEmail(), identifierOf(first), identifierOf(suspended)];
    for (const name of names) expect((await forgot(hall, name)).status).toBe(202);
    await sleep(triedForMs);
    const seen: unknown[] = [];
    for (const name of names) {
      const answers: unknown[] = [];
      for (const code of ['00000000', '00000001', '00000002', '00000003']) {
        const { status, json } = await reset(hall, name, code, NEW_PASSWORD);
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
      expect((await hall.request('POST', '/v1/customers/me/identifiers', { bearer, json })).status).toBe(202);
      await sleep(triedForMs);
      const confirm = { bearer, json: { code: '00000000' } };
      const wrong = await hall.request('POST', '/v1/customers/me/identifiers/confirm', confirm);
      seen.push([outcomeOf(wrong), problemOf(wrong).attemptsRemaining]);
    }
    const usual = ['400 customer.code_wrong', 2];
    expect(seen).toEqual([usual, usual]);
  }, 120_000);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fetchMeStatus,
  type HttpClient,
  logIn,
  refreshTokens,
  requestPasswordReset,
  requestResetCode,
  resetPassword,
  toComparableReply,
  tryLogIn,
} from '../../support/auth-requests.js';
import { BACKENDS, EMBEDDED } from '../../support/backends.js';
import { consumeEvents, type EventConsumer } from '../../support/rabbit-consumer.js';
import { race } from '../../support/race.js';
import {
  freshEmail,
  freshPhone,
  identifierOf,
  newRegistration,
  type RegistrationInput,
  wrongCode,
} from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const NEW = 'another horse, another staple';
const SECOND_MS = 1_000;

describe.each(BACKENDS)('a forgotten password on $name', (backend) => {
  const app = useTestApp(backend);
  /** A second process, where there can be one. */
  let other: HttpClient & { readonly url: string };
  let consumer: EventConsumer | undefined;
  beforeAll(async () => {
    const { program, services } = app.instance;
    other = (await services?.startReplica({ PUBLIC_URL: program.url })) ?? program;
    consumer = services && (await consumeEvents(services.broker.url, { pattern: 'auth.#' }));
  });
  afterAll(() => consumer?.stop());

  const customer = async (known: Partial<RegistrationInput> = {}): Promise<RegistrationInput> =>
    (await app.createCustomer(newRegistration(known))).person;
  const refused = async (door: HttpClient, person: RegistrationInput, password = person.password) =>
    expect((await tryLogIn(door, identifierOf(person), password)).status).toBe(401);

  it('is set anew with the code that was sent; every session ends on every replica within a second', async () => {
    const person = await customer();
    const sessions = [await logIn(app, person), await logIn(other, person)];
    for (const tokens of sessions)
      expect([await fetchMeStatus(app, tokens), await fetchMeStatus(other, tokens)]).toEqual([200, 200]);
    const code = await requestResetCode(app, identifierOf(person));
    const { status, text, headers } = await resetPassword(other, identifierOf(person), code, NEW);
    const told = performance.now();
    expect([status, text, headers.get('cache-control')]).toEqual([204, '', 'no-store']);
    for (const tokens of sessions)
      for (const door of [app, other]) {
        while ((await fetchMeStatus(door, tokens)) === 200 && performance.now() - told < 2 * SECOND_MS) await sleep(20);
        expect(performance.now() - told).toBeLessThan(SECOND_MS);
        expect((await refreshTokens(door, tokens)).status).toBe(401);
      }
    await refused(app, person);
    expect(await fetchMeStatus(other, await logIn(app, person, NEW))).toBe(200);
  });

  it('AC-10 the code is good once, and nobody else is let in by it', async () => {
    const [person, neighbour] = [await customer(), await customer()];
    const code = await requestResetCode(app, identifierOf(person));
    expect((await resetPassword(app, identifierOf(neighbour), code, NEW)).status).toBe(410);
    await requestResetCode(app, identifierOf(neighbour));
    expect((await resetPassword(app, identifierOf(neighbour), code, NEW)).status).toBe(400);
    expect((await resetPassword(app, identifierOf(person), code, NEW)).status).toBe(204);
    expect((await resetPassword(other, identifierOf(person), code, 'a third horse')).status).toBe(410);
    await refused(app, neighbour, NEW);
    await logIn(app, person, NEW);
  });

  it('AC-03 three wrong codes, from anywhere, burn it; another one helps', async () => {
    const person = await customer();
    const name = identifierOf(person);
    const code = await requestResetCode(app, name);
    for (const [n, door] of [app, other, app].entries()) {
      const { status, json } = await resetPassword(door, name, wrongCode(code, n + 1), NEW);
      expect([status, json]).toMatchObject([400, { code: 'auth.code_wrong', attemptsRemaining: 2 - n }]);
    }
    const burnt = await resetPassword(other, name, code, NEW);
    expect([burnt.status, burnt.json]).toMatchObject([410, { code: 'auth.code_expired' }]);
    await logIn(app, person);
    expect((await resetPassword(app, name, await requestResetCode(app, name), NEW)).status).toBe(204);
  });

  it('AC-51 two at once with one code: one password is set, the other call is told so', async () => {
    const person = await customer();
    const username = identifierOf(person);
    const code = await requestResetCode(app, username);
    const passwords = [1, 2, 3, 4].map((n) => `${NEW} ${n}`);
    const [path, method] = ['/v1/auth/password/reset', 'POST'];
    const requests = passwords.map((newPassword) => ({ method, path, json: { username, code, newPassword } }));
    const { replies } = await race([app.program.url, other.url], requests);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.toSorted().slice(0, 1)).toEqual([204]);
    expect(statuses.filter((status) => ![409, 410].includes(status))).toEqual([204]);
    const taken = [];
    for (const password of passwords) taken.push((await tryLogIn(app, username, password)).status);
    expect(taken).toEqual(statuses.map((status) => (status === 204 ? 200 : 401)));
  });

  it('AC-26 known, unknown and unreadable names get one answer, and only who is known gets a message', async () => {
    const person = await customer();
    const stranger = freshEmail();
    await requestResetCode(app, identifierOf(person));
    const names = [identifierOf(person), stranger, freshPhone(), 'nobody at all', '@', 'x\ud800@example.org'];
    const answers = [];
    for (const name of names) answers.push(toComparableReply(await requestPasswordReset(app, name)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    await app.waitForQueuedMessages();
    expect(await app.instance.listMessagesTo(stranger)).toEqual([]);
    const tries = [];
    for (const name of [identifierOf(person), stranger])
      for (let n = 0; n < 4; n++) tries.push((await resetPassword(app, name, '00000000', NEW)).status);
    expect(tries).toEqual([400, 400, 400, 410, 400, 400, 400, 410]);
  });

  it.each([
    ['pt-BR', 'nova senha'],
    ['fr', 'nouveau mot de passe'],
    ['en', 'new password'],
  ])('asked for in %s it is told in that language, by mail and by SMS', async (locale, words) => {
    for (const person of [await customer({ locale }), await customer({ locale, phone: freshPhone() })]) {
      const { message, code } = await app.captureMessage(identifierOf(person), () =>
        requestPasswordReset(app, identifierOf(person)),
      );
      expect([message.to, message.text.includes(words), code.length]).toEqual([identifierOf(person), true, 8]);
      expect((await resetPassword(app, identifierOf(person), code, NEW)).status).toBe(204);
      await logIn(app, person, NEW);
    }
  });

  it('AC-32 a code of a registration is no reset code, and the other way round', async () => {
    const person = await customer();
    const again = { ...person, password: 'the password of somebody who is a customer already' };
    const code = await requestResetCode(app, identifierOf(person));
    await app.register(again);
    expect((await app.activate(again, code)).status).not.toBe(200);
    const pending = await app.createPendingRegistration();
    const name = identifierOf(pending.person);
    expect((await resetPassword(app, name, pending.code.padStart(8, '0'), NEW)).status).toBe(410);
    expect((await app.activate(pending.person, pending.code)).status).toBe(200);
  });

  it('ST-P1 ST-P2 ST-P4 a new password is looked at as at registration, and costs no try', async () => {
    const person = await customer();
    const name = identifierOf(person);
    const code = await requestResetCode(app, name);
    const refusals = {
      short: 'too_short',
      'Password123!': 'too_common',
      [name]: 'too_common',
      foyer2026: 'too_common',
    };
    for (const [password, reason] of Object.entries(refusals)) {
      const { status, json } = await resetPassword(app, name, code, password);
      const errors = [{ pointer: '/newPassword', code: `password.${reason}` }];
      expect([status, json]).toMatchObject([422, { errors }]);
    }
    const accepted = `mo\u0308bius\0${'a'.repeat(80)}!`;
    expect((await resetPassword(app, name, code, accepted)).status).toBe(204);
    await refused(app, person, `${accepted.slice(0, -1)}?`);
    await logIn(app, person, accepted.normalize('NFC'));
  });

  it('AC-38 AC-44 a code is a string of eight ASCII digits, and nothing else is asked for', async () => {
    const name = identifierOf(await customer());
    const code = await requestResetCode(app, name);
    for (const typed of [Number(code), [code], { code }, `${code} `, code.slice(1), `${code}0`, '٠٤٢٠٠٤٢٠', null])
      expect([typed, (await resetPassword(app, name, typed, NEW)).status]).toEqual([typed, 422]);
    const more = { username: name, code, newPassword: NEW, customerId: 'x' };
    expect((await app.request('POST', '/v1/auth/password/reset', { json: more })).status).toBe(422);
    expect((await resetPassword(app, name, code, NEW)).status).toBe(204);
  });

  it.skipIf(backend === EMBEDDED)(
    'is announced: the sessions that ended, then the password, and nothing of it',
    async () => {
      const { person, customer } = await app.createCustomer();
      const code = await requestResetCode(app, identifierOf(person));
      expect((await resetPassword(other, identifierOf(person), code, NEW)).status).toBe(204);
      await consumer?.waitFor(({ type, subject }) => type === 'auth.password_changed.v1' && subject === customer.id);
      const told = consumer?.events.filter(({ subject }) => subject === customer.id).map(({ body }) => body);
      const source = '/foyer/auth';
      const revoked = { customerId: customer.id, sid: null, generation: 1, kept: null, expiresAt: expect.any(String) };
      expect(told).toMatchObject([
        { type: 'auth.session_revoked.v1', source, sequence: 1, data: revoked },
        { type: 'auth.password_changed.v1', source, sequence: 2, data: { customerId: customer.id } },
      ]);
      expect(told?.map(({ data }) => Object.keys(data as object).length)).toEqual([5, 1]);
    },
  );

  it.skipIf(backend === EMBEDDED)('AC-54 without the code store nothing is reset, and nothing is sent', async () => {
    const person = await customer();
    const code = await requestResetCode(app, identifierOf(person));
    const blind = await app.services.startReplica({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await requestPasswordReset(blind, identifierOf(person))).status).toBe(503);
    expect((await resetPassword(blind, identifierOf(person), code, NEW)).status).toBe(503);
    await logIn(app, person);
  });
});

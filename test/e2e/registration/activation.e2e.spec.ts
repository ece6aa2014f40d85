import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { parseProblem, statusAndCode } from '../../support/problem-catalog.js';
import { race } from '../../support/race.js';
import {
  basicCredentials,
  freshEmail,
  newRegistration,
  type RegistrationInput,
  withPassword,
  wrongCode,
} from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';
import { encodeRepeatedAuthorization, invalidAuthorizations } from './invalid-credentials.js';

const CHALLENGE = 'Basic realm="foyer", charset="UTF-8"';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const NO_CODES: readonly (readonly [what: string, code: unknown])[] = [
  ['a number', 420],
  ['an array', ['0420']],
  ['an object', {}],
  ['nothing', undefined],
  ['null', null],
  ['true', true],
  ['an empty string', ''],
  ['a blank behind it', '0420 '],
  ['a blank before it', ' 0420'],
  ['a line feed behind it', '0420\n'],
  ['a NUL behind it', '0420\0'],
  ['Arabic-Indic digits', '\u0660\u0664\u0662\u0660'],
  ['full-width digits', '\uff10\uff14\uff12\uff10'],
  ['letters', 'O42O'],
  ['a sign', '+420'],
  ['an exponent', '42e1'],
  ['3 digits', '042'],
  ['5 digits', '04200'],
  ['7 digits', '0420420'],
  ['9 digits', '042042042'],
];

describe.each(BACKENDS)('activation on $name', (backend) => {
  const app = useTestApp(backend);

  const activations = (person: RegistrationInput, code: string, times: number) =>
    Array.from({ length: times }, () => ({
      method: 'POST',
      path: '/v1/registrations/activate',
      basic: basicCredentials(person),
      json: { code },
    }));

  it('401 for no, garbled, repeated, unknown and wrong credentials: one answer, but for its traceId', async () => {
    const { person, code } = await app.createPendingRegistration();
    const none = await app.request('POST', '/v1/registrations/activate', { json: { code } });
    const sent = invalidAuthorizations(person).map(([, authorization]) =>
      app.request('POST', '/v1/registrations/activate', { json: { code }, headers: { authorization } }),
    );
    const repeated = await app.program.rawRequest(encodeRepeatedAuthorization(app.program.url, person, code));
    const others = [repeated, ...(await Promise.all(sent))];
    const visible = (reply: typeof none) => ({
      status: reply.status,
      challenge: reply.headers.get('www-authenticate'),
      headers: [...reply.headers.keys()].filter((name) => !['connection', 'keep-alive'].includes(name)),
      body: reply.text.replace(parseProblem(reply).traceId, ''),
    });
    expect(visible(none)).toMatchObject({ status: 401, challenge: CHALLENGE });
    expect(parseProblem(none).code).toBe('auth.invalid_credentials');
    const why = ['repeated', ...invalidAuthorizations(person).map(([reason]) => reason)];
    expect(others.map((reply, at) => [why[at], visible(reply)])).toEqual(why.map((reason) => [reason, visible(none)]));
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('401 for the code of somebody else, who is let in with it (AC-32, AC-49)', async () => {
    const [one, other] = [await app.createPendingRegistration(), await app.createPendingRegistration()];
    const mixed: RegistrationInput = { ...one.person, password: other.person.password };
    expect(statusAndCode(await app.activate(mixed, other.code))).toBe('401 auth.invalid_credentials');
    expect((await app.activate(other.person, other.code)).status).toBe(200);
  });

  it('X-Requested-With changes the scheme of the challenge, so that no browser shows a dialog', async () => {
    const headers = { 'x-requested-with': 'XMLHttpRequest' };
    for (const [method, path] of [
      ['GET', 'mine'],
      ['POST', 'activate'],
      ['POST', 'resend-code'],
    ] as const) {
      const plain = await app.request(method, `/v1/registrations/${path}`);
      const script = await app.request(method, `/v1/registrations/${path}`, { headers });
      expect([plain.status, plain.headers.get('www-authenticate')]).toEqual([401, CHALLENGE]);
      expect(script.status).toBe(401);
      expect(script.headers.get('www-authenticate')).toMatch(/^(?!Basic\b)[A-Za-z-]+ realm="foyer"/);
    }
  });

  it('401 comes before 400 and 422: who may not call learns nothing from the body checks', async () => {
    const stranger = newRegistration();
    expect((await app.activate(stranger, 420)).status).toBe(401);
    const o = { basic: basicCredentials(stranger), headers: { 'content-type': 'application/json' }, body: '{"code":' };
    expect((await app.request('POST', '/v1/registrations/activate', o)).status).toBe(401);
  });

  it('AC-38 422 for what is not a string of 4 or 8 ASCII digits, and no try is counted', async () => {
    const { person, code } = await app.createPendingRegistration();
    const replies = await Promise.all(NO_CODES.map(([, typed]) => app.activate(person, typed)));
    const expected = NO_CODES.map(([what]) => [what, '422 request.invalid', ['/code']]);
    const found = replies.map((reply, at) => {
      const pointers = parseProblem(reply).errors?.map(({ pointer }) => pointer);
      return [NO_CODES[at]?.[0], statusAndCode(reply), pointers];
    });
    expect(found).toEqual(expected);
    for (const json of [[code], code, null, []] as const)
      expect((await app.activate(person, '', { json })).status).toBe(422);
    expect((await app.getMyRegistration(person)).json.attemptsRemaining).toBe(3);
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('8 digits are a code too, only not this one', async () => {
    const { person } = await app.createPendingRegistration();
    expect(statusAndCode(await app.activate(person, '12345678'))).toBe('400 registration.code_wrong');
  });

  it('AC-03 400 with attemptsRemaining 2, 1, 0, then 410 even with the right code', async () => {
    const { person, code } = await app.createPendingRegistration();
    for (const attemptsRemaining of [2, 1, 0]) {
      const reply = await app.activate(person, wrongCode(code, 1 + attemptsRemaining));
      expect(statusAndCode(reply)).toBe('400 registration.code_wrong');
      expect(parseProblem(reply).attemptsRemaining).toBe(attemptsRemaining);
    }
    expect(statusAndCode(await app.activate(person, code))).toBe('410 registration.code_expired');
    expect(statusAndCode(await app.activate(person, wrongCode(code)))).toBe('410 registration.code_expired');
    expect((await app.getMyRegistration(person)).json).toMatchObject({ codeExpiresAt: null, attemptsRemaining: 0 });
    expect((await app.logIn(person)).status).toBe(401);
  });

  it('two wrong tries do not keep the right code out', async () => {
    const { person, code } = await app.createPendingRegistration();
    for (const distance of [1, 2]) await app.activate(person, wrongCode(code, distance));
    expect((await app.activate(person, code)).status).toBe(200);
  });

  it('200 is the customer, with an id of their own that no answer before has shown [AC-63]', async () => {
    const names = { firstName: 'Ada', lastName: 'Lovelace', market: 'GB', locale: 'en-GB' };
    const { person, ticket, customer } = await app.createCustomer(newRegistration({ email: freshEmail(), ...names }));
    expect(customer).toEqual({
      id: expect.stringMatching(UUID),
      email: person.email,
      phone: null,
      ...names,
      document: null,
      attributes: {},
      status: 'active',
      verifiedBy: 'code',
      createdAt: expect.stringMatching(MOMENT),
      updatedAt: customer['createdAt'],
      version: 1,
    });
    expect(customer.id).not.toBe(ticket.id);
    const login = await app.logIn(person);
    expect((await app.getMe(login.json.access_token)).json).toEqual(customer);
  });

  it('AC-10, AC-11 repeated within the minute: 200 and the same bytes, whichever code is typed', async () => {
    const { person, code, text } = await app.createCustomer();
    for (const typed of [code, code, wrongCode(code)]) {
      const again = await app.activate(person, typed);
      expect([again.status, again.text]).toEqual([200, text]);
    }
    expect((await app.activate(person, 'abcd')).status).toBe(422);
    expect((await app.activate(withPassword(person), code)).status).toBe(401);
    expect(statusAndCode(await app.resendCode(person))).toBe('409 registration.already_active');
    expect((await app.getMyRegistration(person)).json).toMatchObject({ state: 'active', codeExpiresAt: null });
  });

  it.each([2, 5, 20])('%i right codes at once: all 200 with the same bytes', async (times) => {
    const { person, code } = await app.createPendingRegistration();
    const { replies } = await race(app.program.url, activations(person, code, times));
    expect(replies.map(statusAndCode)).toEqual(replies.map(() => '200'));
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  });

  it('a double click whose second half comes some milliseconds later: 200 twice, the same bytes', async () => {
    const people = await Promise.all(Array.from({ length: 40 }, () => app.createPendingRegistration()));
    const clicks = people.map(async ({ person, code }, at) => {
      const replies = [app.activate(person, code), sleep(at).then(() => app.activate(person, code))];
      const [first, second] = await Promise.all(replies);
      return [first?.status, second?.status, first?.text === second?.text];
    });
    expect(await Promise.all(clicks)).toEqual(people.map(() => [200, 200, true]));
  });

  it('AC-02 fifty wrong codes at the same instant, over all processes: at most three are compared', async () => {
    const { person, code } = await app.createPendingRegistration();
    const replica = await app.instance.services?.startReplica();
    const bases = replica ? [app.program.url, replica.url] : [app.program.url];
    const { replies } = await race(bases, activations(person, wrongCode(code), 50));
    const compared = replies.filter(({ status }) => status === 400);
    const remaining = compared.map((reply) => parseProblem(reply).attemptsRemaining);
    expect(remaining.sort().reverse()).toEqual([2, 1, 0].slice(0, compared.length));
    expect(replies.filter(({ status }) => status === 410)).toHaveLength(50 - compared.length);
    expect((await app.getMyRegistration(person)).json.attemptsRemaining).toBe(3 - compared.length);
    expect((await app.activate(person, code)).status).toBe(compared.length < 3 ? 200 : 410);
    await replica?.dispose();
  });

  it('AC-05 hundreds of guesses: exactly three are compared', async () => {
    const { person, code } = await app.createPendingRegistration();
    const outcomes: string[] = [];
    for (let distance = 1; distance <= 300; distance += 3) {
      const guesses = [0, 1, 2].map((more) => app.activate(person, wrongCode(code, distance + more)));
      outcomes.push(...(await Promise.all(guesses)).map(statusAndCode));
    }
    expect(outcomes.filter((outcome) => outcome === '400 registration.code_wrong')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === '410 registration.code_expired')).toHaveLength(297);
  });
});

import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../../support/backends.js';
import { parseProblem, statusAndCode } from '../../support/problem-catalog.js';
import { newRegistration, type RegistrationInput, withPassword } from '../../support/registration-fixtures.js';
import { useTestApp } from '../../support/test-app.js';

const EIGHT_ACCENTS = 'áéíóúàèç';

const ACCEPTED: readonly (readonly [what: string, password: string])[] = [
  ['8 characters', 'aZ3$kq9_'],
  ['letters only', 'correcthorsebatterystaple'],
  ['digits only', '83629174650192'],
  ['colons, also first and last', ':pass:word::42:'],
  ['blanks around and within', '  two  blanks  '],
  ['nothing but blanks', '        '],
  ['quotes and backslashes', '"\\\'`\\u0041{x}%00$1'],
  ['8 accents', EIGHT_ACCENTS],
  ['other scripts', 'пароль密码パスワードكلمة'],
  ['8 emoji', '🦊🐢🦉🐝🦔🐙🦜🐳'],
  ['emoji that are joined', '👩‍👩‍👧‍👦👨‍🚀🏳️‍🌈'],
  ['NUL within', 'before\0behind'],
  ['control characters', 'tab\tline\r\nbell\x07escape\x1bdel\x7f'],
  ['characters that do not show', 'zero\u200bwidth\u2060and\ufeffmark'],
  ['64 characters of three bytes', '漢'.repeat(64)],
  ['128 characters', 'x1'.repeat(64)],
  ['128 characters of four bytes, 512 in all', '🔑'.repeat(128)],
  ['what looks like a stored hash', '$2b$12$abcdefghijklmnopqrstuv'],
];

const REFUSED: readonly (readonly [what: string, password: unknown])[] = [
  ['7 characters', 'seven77'],
  ['7 emoji, 14 units of UTF-16', '🦊🐢🦉🐝🦔🐙🦜'],
  ['7 accents, decomposed into 14 characters', 'áéíóúàè'.normalize('NFD')],
  ['nothing', ''],
  ['129 characters', 'x'.repeat(129)],
  ['129 characters of four bytes', '🔑'.repeat(129)],
  ['128 characters in more than 512 bytes', 'ǖ'.repeat(128).normalize('NFD')],
  ['600 bytes', 'x'.repeat(600)],
  ['half a character at its end', 'password 42\ud83e'],
  ['half a character at its start', '\udd8apassword 42'],
  ['two halves the wrong way round', 'password\udd8a\ud83e42'],
  ['a number', 8362917465],
  ['an array', ['correct horse']],
  ['an object', { $ne: '' }],
  ['null', null],
  ['no password', undefined],
];

const COMMON: readonly (readonly [what: string, password: string, person: Partial<RegistrationInput>])[] = [
  ['one of the list', 'sunshine1', {}],
  ['one of the list in disguise', 'P@ssw0rd2026!', {}],
  ['a word of the product', 'Foyer-2026!', {}],
  ['his own address', 'mia.lovelace@example.net', { email: 'mia.lovelace@example.net' }],
  ['a part of it', 'Lovelace99!', { email: 'mia.lovelace@example.net' }],
  ['his own number', '415 200 0123', { phone: '+14152000123' }],
];

/** Two passwords that a careless hash takes for one. */
const PAIRS: readonly (readonly [what: string, one: string, other: string])[] = [
  ['differ only behind byte 72', `${'x'.repeat(72)}A`, `${'x'.repeat(72)}B`],
  ['are longer than 72 bytes, one the beginning of the other', 'y'.repeat(72), 'y'.repeat(100)],
  ['differ only behind the 24th character of three bytes', `${'漢'.repeat(24)}一`, `${'漢'.repeat(24)}二`],
  ['differ only behind a NUL', 'the same\0one', 'the same\0other'],
  ['differ only in case', 'Correct Horse', 'correct horse'],
  ['differ only in a blank at the end', 'correct horse', 'correct horse '],
  ['are alike in NFKC only', 'the ﬁfth key', 'the fifth key'],
];

describe.each(BACKENDS)('passwords on $name', (backend) => {
  const app = useTestApp(backend);

  it.each(ACCEPTED)('ST-P1, ST-P3 %s: registers, is proven by Basic, logs in', async (_, password) => {
    const { person } = await app.createCustomer(newRegistration({ password }));
    expect((await app.getMyRegistration(person)).status).toBe(200);
    expect((await app.logIn(person)).status).toBe(200);
    expect((await app.logIn(withPassword(person, `${password}!`.slice(-500)))).status).toBe(401);
  });

  it.each(REFUSED)('ST-P1 %s: 422', async (_, password) => {
    const person = { ...newRegistration(), password };
    const reply = await app.register(person);
    expect(statusAndCode(reply)).toBe('422 request.invalid');
    expect(parseProblem(reply).errors?.map(({ pointer }) => pointer)).toEqual(['/password']);
  });

  it.each(COMMON)('ST-P2 %s: 422, whoever is known here', async (_, password, known) => {
    const reply = await app.register(newRegistration({ ...known, password }));
    expect(statusAndCode(reply)).toBe('422 request.invalid');
    expect(parseProblem(reply).errors).toEqual([
      { pointer: '/password', code: 'password.too_common', detail: expect.any(String) },
    ]);
  });

  it('ST-P4 composed and decomposed accents are one password, and one attempt', async () => {
    const [nfc, nfd] = [`${EIGHT_ACCENTS}ü`.normalize('NFC'), `${EIGHT_ACCENTS}ü`.normalize('NFD')];
    const { person, ticket, code } = await app.createPendingRegistration(newRegistration({ password: nfc }));
    const decomposed = withPassword(person, nfd);
    expect((await app.register(decomposed)).json.attemptId).toBe(ticket.attemptId);
    expect((await app.activate(decomposed, code)).status).toBe(200);
    for (const same of [person, decomposed]) expect((await app.logIn(same)).status).toBe(200);
  });

  it.each(PAIRS)('AC-47, ST-P4 two that %s are two', async (_, one, other) => {
    const { person, code } = await app.createPendingRegistration(newRegistration({ password: one }));
    const mistaken = withPassword(person, other);
    expect(statusAndCode(await app.getMyRegistration(mistaken))).toBe('401 auth.invalid_credentials');
    expect(statusAndCode(await app.activate(mistaken, code))).toBe('401 auth.invalid_credentials');
    expect((await app.activate(person, code)).status).toBe(200);
    expect(statusAndCode(await app.logIn(mistaken))).toBe('401 auth.invalid_credentials');
    expect((await app.logIn(person)).status).toBe(200);
  });
});

import { describe, expect, it } from 'vitest';
import { Email } from './email.js';
import { consistsOfWords, isVariationOfCommon, passwordWordsOf, passwordWordsOfHost } from './guessable-passwords.js';
import { PhoneNumber } from './phone-number.js';

const COMMON = new Set(['password', 'sunshine', 'iloveyou', 'passw0rd', '12345678', 'lollipop']);
const isVariation = (password: string) => isVariationOfCommon(password, (candidate) => COMMON.has(candidate));

describe('isVariationOfCommon [ST-P2]', () => {
  it.each([
    'password',
    'PassWord',
    'Password1',
    'password2026!',
    'PASSWORD 31.12',
    'P@$$w0rd!',
    'p455w0rd',
    'Passw0rd',
    'i love you',
    '1l0v3y0u',
    '!loveyou',
    'L0ll!p0p 99',
    '12345678',
    '1234-5678',
  ])('returns true for %s', (password) => expect(isVariation(password)).toBe(true));

  it.each([
    'correct horse battery staple',
    'passwordless',
    'my password',
    'password1234567',
    'password and sunshine',
    '        ',
    '\u{1f511}'.repeat(8),
    '87654321',
  ])('returns false for %j', (password) => expect(isVariation(password)).toBe(false));
});

describe('consistsOfWords [ST-P2]', () => {
  const mia = [
    'foyer',
    ...passwordWordsOfHost('login.acme.example'),
    ...passwordWordsOf(Email.parse('Mia.Long-Name+shop@mail.example.org')),
    ...passwordWordsOf(PhoneNumber.parse('+14155550123', 'US')),
  ];
  it.each([
    'foyer2026!',
    'FoyerFoyer',
    'F0y3r!!!',
    'my foyer 1',
    'acme-login',
    'login.acme.example',
    'Mia.Long-Name',
    'mialongname1',
    'mia.long-name+shop@mail.example.org',
    'mia@example',
    'N4m3 L0ng 99',
    'example.org1',
    '+14155550123',
    '(415) 555-0123',
    '5550123!',
    'mia5550123',
  ])('returns true for %s', (password) => expect(consistsOfWords(password, mia)).toBe(true));

  it.each([
    'the foyer has a long red carpet',
    'ada loves foyer',
    'mia sails home',
    'namely nothing',
    'foyer83629174650192',
    '83629174650192',
    '        ',
    'correct horse battery staple',
  ])('returns false for %j', (password) => expect(consistsOfWords(password, mia)).toBe(false));

  it('ignores parts of one or two letters', () => {
    const words = passwordWordsOf(Email.parse('a.bc@d.ef.gh'));
    expect(consistsOfWords('a bc d ef', words)).toBe(false);
  });

  it('returns no words for an IP address and the labels of a host name', () => {
    expect([...passwordWordsOfHost('127.0.0.1'), ...passwordWordsOfHost('[::1]')]).toEqual([]);
    expect(passwordWordsOfHost('localhost')).toContain('localhost');
    expect(passwordWordsOfHost('shop.acme.example')).toEqual(['shop.acme.example', 'shop', 'acme']);
  });

  it('checks the longest password quickly [AC-36]', () => {
    const start = performance.now();
    for (let n = 0; n < 100; n++) consistsOfWords(`${'a1 '.repeat(42)}${n}`, mia);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

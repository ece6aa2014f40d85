import { describe, expect, it } from 'vitest';
import { DomainError } from '#kernel';
import { PlainNewPasswords } from '#kernel/testing';
import { ChannelUnavailable } from '../../domain/errors.js';
import { SETTINGS } from '../../testing/registration-settings.js';
import { type RegistrationInput, validateRegistration } from './validate-registration.js';

const GOOD: RegistrationInput = { email: 'Mia@Example.org', password: 'correct horse' };
const everything = () => true;
const PASSWORDS = new PlainNewPasswords();
const read = (changes: Partial<RegistrationInput> = {}, passwords = PASSWORDS) =>
  validateRegistration({ ...GOOD, ...changes }, SETTINGS, passwords, everything);
const codeOf = (changes: Partial<RegistrationInput>, passwords = PASSWORDS): string => {
  try {
    read(changes, passwords);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error.code, ...error.faults.map(({ pointer, code }) => `${pointer} ${code}`)].join(' ');
  }
};

describe('validateRegistration', () => {
  it('returns the canonical form, the default market and English for an address and a password', () => {
    const applicant = read();
    expect(applicant.identifier.key).toBe('email:mia@example.org');
    expect(applicant.password).toBe('correct horse');
    expect(applicant.profile).toEqual({ firstName: null, lastName: null, market: 'US', locale: 'en' });
  });

  it('parses a national number in the given market', () => {
    const { identifier, profile } = read({ email: undefined, phone: '(11) 96123-4567', market: 'BR', locale: 'pt-BR' });
    expect(identifier.key).toBe('phone:+5511961234567');
    expect(profile).toMatchObject({ market: 'BR', locale: 'pt-BR' });
  });

  it.each<[string, Partial<RegistrationInput>]>([
    ['neither', { email: undefined }],
    ['both', { phone: '+16502530000' }],
  ])('rejects %s of e-mail and phone', (_, changes) => {
    expect(codeOf(changes)).toBe('request.invalid  identifier.exactly_one');
  });

  it('rejects an invalid address, number or password at its pointer', () => {
    expect(codeOf({ email: 'mia' })).toBe('request.invalid /email email.at_sign');
    expect(codeOf({ email: undefined, phone: '123' })).toBe('request.invalid /phone phone.invalid');
    expect(codeOf({ password: 'short' })).toBe('request.invalid /password password.too_short');
  });

  it('requires fifteen characters with the NIST profile [ST-P1]', () => {
    expect(codeOf({ password: 'fourteen chars' }, new PlainNewPasswords(15))).toMatch(/too_short/);
    expect(codeOf({ password: 'fifteen  chars!' }, new PlainNewPasswords(15))).toBe('accepted');
  });

  it('rejects a password made of the address or the number [ST-P2]', () => {
    const common = 'request.invalid /password password.too_common';
    expect(codeOf({ password: 'Mia@Example.org1' })).toBe(common);
    expect(codeOf({ email: undefined, phone: '+16502530000', password: '650 253 0000' })).toBe(common);
    expect(codeOf({ email: 'someone@else.org', password: 'Mia@Example.org1' })).toBe('accepted');
  });

  it('normalises a password from NFD to NFC', () => {
    expect(read({ password: 'Pässwörter'.normalize('NFD') }).password).toBe('Pässwörter'.normalize('NFC'));
  });

  it.each([
    ['  Mia  ', 'Mia'],
    ['Zoë'.normalize('NFD'), 'Zoë'.normalize('NFC')],
    ["O'Neil-漢字 🔑", "O'Neil-漢字 🔑"],
    ['ä'.repeat(200), 'ä'.repeat(200)],
    ['x', 'x'],
  ])('normalises the name %j to %j', (typed, name) => {
    expect(read({ firstName: typed, lastName: 'x' }).profile).toMatchObject({ firstName: name, lastName: 'x' });
  });

  it.each([
    ['', 'name.length'],
    ['   ', 'name.length'],
    ['x'.repeat(201), 'name.length'],
    ['a\nb', 'name.characters'],
    ['a\u0000b', 'name.characters'],
    ['a\u009bb', 'name.characters'],
    ['a\ud800b', 'name.characters'],
  ])('rejects the name %j as %s', (typed, fault) => {
    expect(codeOf({ firstName: typed })).toBe(`request.invalid /firstName ${fault}`);
    expect(codeOf({ lastName: typed })).toBe(`request.invalid /lastName ${fault}`);
  });

  it('accepts names of 600 bytes together, and no more', () => {
    expect(codeOf({ firstName: '🔑'.repeat(75), lastName: '🔑'.repeat(75) })).toBe('accepted');
    expect(codeOf({ firstName: '🔑'.repeat(75), lastName: `${'🔑'.repeat(75)}x` })).toBe(
      'request.invalid /lastName name.too_long',
    );
    expect(codeOf({ firstName: '🔑'.repeat(151) })).toBe('request.invalid /firstName name.too_long');
  });

  it('rejects a channel without a transport with channel_unavailable', () => {
    const onlySms = (channel: string) => channel === 'sms';
    expect(() => validateRegistration(GOOD, SETTINGS, PASSWORDS, onlySms)).toThrow(ChannelUnavailable);
    const phone = { phone: '+16502530000', password: 'correct horse' };
    expect(validateRegistration(phone, SETTINGS, PASSWORDS, onlySms).identifier.kind).toBe('phone');
  });

  it('rejects a number of a country that is not served', () => {
    expect(codeOf({ email: undefined, phone: '+33612345678' })).toBe('request.invalid /phone phone.country_not_served');
    expect(codeOf({ email: undefined, phone: '+80012345678' })).toBe('request.invalid /phone phone.country_not_served');
  });

  it.each(['+1 900 555 1234', '+1 800 555 1234', '+1 500 555 0006', '+55 0900 123456', '+55 900 123456'])(
    'refuses %s, where nobody is reached at the usual price [AC-72]',
    (phone) => {
      expect(codeOf({ email: undefined, phone })).toMatch(/^request\.invalid \/phone phone\.(special_number|invalid)$/);
    },
  );
});

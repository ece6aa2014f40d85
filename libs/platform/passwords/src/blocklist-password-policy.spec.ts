import { describe, expect, it } from 'vitest';
import { Email, InvalidInput } from '#kernel';
import { BlocklistPasswordPolicy } from './blocklist-password-policy.js';

const passwords = new BlocklistPasswordPolicy({ passwordMinimum: 8, publicUrl: 'https://login.acme.example/app' });
const MIA = [Email.parse('mia.long@example.org')];

const outcome = (raw: unknown, checked = passwords): string => {
  try {
    return `accepted ${checked.assertAcceptable(raw, MIA, '/newPassword')}`;
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults.map(({ pointer, code }) => `${pointer} ${code}`).join();
    throw error;
  }
};

describe('BlocklistPasswordPolicy [ST-P2]', () => {
  it.each(['password', 'P@ssw0rd2026!', 'qwertyui', 'Sunshine1', 'iloveyou!', '1q2w3e4r', 'trustno1'])(
    'rejects %s as too common',
    (password) => expect(outcome(password)).toBe('/newPassword password.too_common'),
  );

  it.each(['foyer2026!', 'Acme-Login1', 'mia.long1', 'mia@example.org'])(
    'rejects %s, which consists of words of this service or of its owner',
    (password) => expect(outcome(password)).toBe('/newPassword password.too_common'),
  );

  it('accepts a good password, normalized to NFC and otherwise unchanged', () => {
    expect(outcome('correct horse battery staple')).toBe('accepted correct horse battery staple');
    expect(outcome('Pässwörter'.normalize('NFD'))).toBe(`accepted ${'Pässwörter'.normalize('NFC')}`);
  });

  it('reports a password that is too short or not text', () => {
    expect(outcome('foyer')).toBe('/newPassword password.too_short');
    expect(outcome(['password'])).toBe('/newPassword password.not_text');
  });

  it('requires fifteen characters in the NIST profile, with the same list [ST-P1]', () => {
    const nist = new BlocklistPasswordPolicy({ passwordMinimum: 15, publicUrl: 'http://127.0.0.1:3000' });
    expect(outcome('fourteen chars', nist)).toBe('/newPassword password.too_short');
    expect(outcome('Q1w2e3r4t5y6u7i8!', nist)).toBe('/newPassword password.too_common');
    expect(outcome('fifteen  chars!', nist)).toBe('accepted fifteen  chars!');
  });
});

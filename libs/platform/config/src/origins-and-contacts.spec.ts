import { describe, expect, it } from 'vitest';
import { readContacts, readOrigins } from './origins-and-contacts.js';
import { SettingsReader } from './settings-reader.js';

function outcome(reading: typeof readOrigins, value: string): readonly string[] | string {
  const read = new SettingsReader({ NAME: value });
  const found = reading(read, 'NAME');
  try {
    read.throwIfInvalid();
    return found;
  } catch (error) {
    return String(error);
  }
}

describe('CORS_ORIGINS', () => {
  it('accepts exact origins', () => {
    const typed = 'https://app.example, http://localhost:5173,http://[::1]:8080,';
    const read = ['https://app.example', 'http://localhost:5173', 'http://[::1]:8080'];
    expect(outcome(readOrigins, typed)).toEqual(read);
    expect(outcome(readOrigins, '')).toEqual([]);
  });

  it.each([
    '*',
    'null',
    'app.example',
    'https://*.app.example',
    'https://app.example/',
    'https://app.example/path',
    'https://APP.example',
    'https://app.example:443',
    'https://user@app.example',
    'ftp://app.example',
    'https://app.example;https://other.example',
    'https://app.example, *',
  ])('rejects %s [AC-53]', (typed) => expect(outcome(readOrigins, typed)).toContain('NAME must list'));
});

describe('SECURITY_CONTACT', () => {
  it('accepts URIs, in their order', () => {
    const typed = 'mailto:security@foyer.example, https://foyer.example/security,tel:+1-201-555-0123';
    expect(outcome(readContacts, typed)).toEqual(typed.split(',').map((one) => one.trim()));
  });

  it.each([
    'security@foyer.example',
    'http://foyer.example',
    'mailto:',
    'mailto:x',
    'https://a b',
    'javascript:alert(1)',
  ])('rejects %s [AC-53]', (typed) => expect(outcome(readContacts, typed)).toContain('NAME must list'));

  it('rejects a line break, which could add a line to security.txt [AC-53]', () => {
    expect(outcome(readContacts, 'mailto:a@b.example\nExpires: never')).toContain('NAME must list');
  });
});

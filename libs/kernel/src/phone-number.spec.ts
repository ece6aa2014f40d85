import { getCountries } from 'libphonenumber-js/min';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from './domain-error.js';
import { isCountry, PhoneNumber } from './phone-number.js';

const faultOf = (raw: unknown, region = 'US', pointer?: string) => {
  try {
    PhoneNumber.parse(raw, region, pointer);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults[0];
    throw error;
  }
  return undefined;
};

it.each([
  ...(['US', 'BR', 'GB', 'FR'].map((code) => [code, true]) as [unknown, boolean][]),
  ...(['UK', 'XX', 'us', 'USA', '', '001', '__', null, 7, ['US']].map((code) => [code, false]) as [unknown, boolean][]),
])('isCountry(%j) returns %s', (code, is) => expect(isCountry(code)).toBe(is));

describe('PhoneNumber', () => {
  it('returns its country', () => {
    expect(PhoneNumber.parse('06 12 34 56 78', 'FR')).toMatchObject({
      kind: 'phone',
      canonical: '+33612345678',
      country: 'FR',
      key: 'phone:+33612345678',
    });
    expect(PhoneNumber.parse('+80012345678', 'FR').country).toBeUndefined();
  });

  it('parses a number of every country identically in every region [ST-I1]', () => {
    for (const country of getCountries()) {
      const { canonical } = PhoneNumber.parse(examples[country], country);
      for (const region of ['US', 'BR', 'JP', country, 'nowhere']) {
        expect(PhoneNumber.parse(canonical, region).canonical, region).toBe(canonical);
      }
    }
  });

  it('never parses 00 for + as a number of another person [ST-I1]', () => {
    for (const country of getCountries()) {
      const { canonical } = PhoneNumber.parse(examples[country], country);
      const typed = canonical.replace('+', '00');
      for (const region of ['BR', 'JP', 'AU', 'KR', 'SG', 'CO', 'IL', 'FI']) {
        if (faultOf(typed, region) === undefined) expect(PhoneNumber.parse(typed, region).canonical).toBe(canonical);
      }
      for (const region of ['US', 'FR', 'DE', 'GB'])
        expect(faultOf(typed, region), `${typed} ${region}`).toBeUndefined();
    }
  });

  it('rejects a text that can be read as two valid numbers', () => {
    expect(PhoneNumber.parse('+24740123', 'JP').country).toBe('AC');
    expect(faultOf('0024740123', 'JP')?.code).toBe('phone.invalid');
  });

  it.each([
    [16502530000, 'not_text'],
    [['+16502530000'], 'not_text'],
    ['1'.repeat(65), 'too_long'],
    ['+16502530000;ext=1', 'forbidden_character'],
    ['+1 555 555 5555', 'invalid'],
  ])('rejects %j as %s', (raw, reason) => {
    expect(faultOf(raw)).toMatchObject({ pointer: '/phone', code: `phone.${reason}` });
    expect(faultOf(raw, 'US', '/contact/0')?.pointer).toBe('/contact/0');
  });

  it('parses international numbers only with an unknown default region', () => {
    expect(PhoneNumber.parse('+16502530000', 'XX').canonical).toBe('+16502530000');
    for (const region of ['XX', '', 'us', '__proto__', 'toString']) expect(faultOf('6502530000', region)).toBeDefined();
  });

  it('masks the length and all but the country code and two digits', () => {
    expect(PhoneNumber.parse('+16502530034', 'US').masked).toBe('+1•••••••34');
    expect(PhoneNumber.parse('+33612345678', 'US').masked).toBe('+33•••••••78');
  });
});

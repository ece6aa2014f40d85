import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cpf } from './cpf.js';
import { InvalidInput } from './domain-error.js';

const faultOf = (raw: unknown, pointer?: string) => {
  try {
    Cpf.parse(raw, pointer);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults[0];
    throw error;
  }
  return undefined;
};

const reasonOf = (raw: unknown) => faultOf(raw)?.code;

/** The check digits by the official rule: 11 minus the remainder, and 0 instead of 10 and 11. */
function completed(nine: readonly number[]): string {
  const digits = [...nine];
  for (const first of [10, 11]) {
    const rest = digits.reduce((sum, digit, at) => sum + digit * (first - at), 0) % 11;
    digits.push(rest < 2 ? 0 : 11 - rest);
  }
  return digits.join('');
}

const nineDigits = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 9, maxLength: 9 })
  .filter((digits) => new Set(digits).size > 1);

const punctuated = (bare: string) => `${bare.slice(0, 3)}.${bare.slice(3, 6)}.${bare.slice(6, 9)}-${bare.slice(9)}`;

describe('Cpf', () => {
  it.each(['52998224725', '11144477735', '12345678909', '00000000191', '01234567890'])('accepts %s', (raw) => {
    expect(Cpf.parse(raw)).toMatchObject({ kind: 'cpf', canonical: raw, key: `cpf:${raw}` });
  });

  it('hides five digits in the masked form', () => {
    const cpf = Cpf.parse('12345678909');
    expect([cpf.formatted, cpf.masked]).toEqual(['123.456.789-09', '***.456.789-**']);
  });

  it.each([
    [52998224725, 'not_text'],
    [null, 'not_text'],
    [['52998224725'], 'not_text'],
    [{ toString: () => '52998224725' }, 'not_text'],
    ['', 'format'],
    ['5299822472', 'format'],
    ['529982247250', 'format'],
    [' 52998224725', 'format'],
    ['52998224725\n', 'format'],
    ['529.982.24725', 'format'],
    ['529 982 247 25', 'format'],
    ['529-982-247.25', 'format'],
    ['***.982.247-**', 'format'],
    ['\uff15\uff12\uff19\uff19\uff18\uff12\uff12\uff14\uff17\uff12\uff15', 'format'],
    ['\u0665\u0662\u0669\u0669\u0668\u0662\u0662\u0664\u0667\u0662\u0665', 'format'],
    ['52998224724', 'check_digits'],
    ['52998224735', 'check_digits'],
    ['529.982.247-52', 'check_digits'],
  ])('rejects %j: %s', (raw, reason) => {
    expect(faultOf(raw, '/x')).toMatchObject({ pointer: '/x', code: `document.${reason}` });
  });

  it.each([...'0123456789'])('rejects eleven times %s, although its checksum is valid', (digit) => {
    expect(reasonOf(digit.repeat(11))).toBe('document.check_digits');
    expect(reasonOf(punctuated(digit.repeat(11)))).toBe('document.check_digits');
  });

  it('parses bare and punctuated spellings as one number', () => {
    fc.assert(
      fc.property(nineDigits.map(completed), (bare) => {
        const [one, other] = [Cpf.parse(bare), Cpf.parse(punctuated(bare))];
        expect(other).toEqual(one);
        expect(Cpf.parse(one.formatted)).toEqual(one);
        expect(one.canonical).toBe(bare);
      }),
    );
  });

  it('accepts one of a hundred pairs of check digits', () => {
    fc.assert(
      fc.property(nineDigits, (nine) => {
        const pairs = Array.from({ length: 100 }, (_, n) => `${nine.join('')}${String(n).padStart(2, '0')}`);
        expect(pairs.filter((raw) => reasonOf(raw) === undefined)).toEqual([completed(nine)]);
      }),
      { numRuns: 30 },
    );
  });

  it('throws only InvalidInput for any input and does not repeat the input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string(), fc.stringMatching(/^[0-9.-]{9,16}$/)), (raw) => {
        const fault = faultOf(raw);
        if (fault && typeof raw === 'string' && raw.length > 3) expect(fault.detail).not.toContain(raw);
      }),
      { numRuns: 1_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { InvalidInput } from './domain-error.js';
import { parsePersonName } from './person-name.js';

describe('parsePersonName', () => {
  it.each([
    ...[
      'Ada',
      'Ng',
      'O’Neil-Smith, Jr.',
      'Łukasz',
      '李',
      '王小明',
      'ماريا',
      'نیما‌رضا',
      'अनन्या',
      'ក្រូច',
      'X Æ A-12',
      '🙂',
      '👩‍💻',
      '7',
    ],
  ])('accepts %j', (typed) => expect(parsePersonName('/firstName', typed)).toBe(typed.normalize('NFC')));

  it('accepts 200 code points without surrounding blanks, and no more', () => {
    expect(parsePersonName('/firstName', ` ${'😀'.repeat(200)}\u3000`)).toBe('😀'.repeat(200));
    expect(() => parsePersonName('/firstName', '😀'.repeat(201))).toThrow(InvalidInput);
    expect(() => parsePersonName('/firstName', ' \u3000 ')).toThrow(InvalidInput);
  });

  it.each([
    ...['\0', 'a\u009b', 'a\ud800', '\u200b', '\u2060\u200d', '\u3164', '\u2800', '\u0301', '\u00ad'],
    ...['Ada\u202egnp.exe', '\u2067Ada', 'Ada\u200f', 'a\uffff', 'a\u{10fffe}', '\ue000', '\u{f0000}'],
  ])('rejects %j at its pointer [AC-44]', (typed) =>
    expect(() => parsePersonName('/lastName', typed)).toThrow(
      expect.objectContaining({ faults: [expect.objectContaining({ pointer: '/lastName', code: 'name.characters' })] }),
    ),
  );
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from './domain-error.js';
import { Email } from './email.js';

/** One third each of ASCII, the basic plane with lone surrogates, and all code points. */
const unit = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

const faultOf = (raw: unknown, pointer?: string) => {
  try {
    Email.parse(raw, pointer);
  } catch (error) {
    if (error instanceof InvalidInput) return error.faults[0];
    throw error;
  }
  return undefined;
};

const parseOrNothing = (raw: unknown): Email | undefined => (faultOf(raw) === undefined ? Email.parse(raw) : undefined);

describe('Email', () => {
  it('keeps the original input for display only', () => {
    const email = Email.parse('Mia@B\u00fccher.example');
    expect(email).toMatchObject({
      kind: 'email',
      canonical: 'mia@xn--bcher-kva.example',
      displayed: 'Mia@B\u00fccher.example',
      key: 'email:mia@xn--bcher-kva.example',
    });
  });

  it.each([
    [42, 'not_text'],
    [{ toString: () => 'a@b.co' }, 'not_text'],
    [['a@b.co'], 'not_text'],
    [`a@${'\u00fc'.repeat(127)}.co`, 'too_long'],
    ['a\n@b.co', 'forbidden_character'],
    ['a\uff20b.co', 'not_normalised'],
    ['a@b@c.co', 'at_sign'],
    ['a b@c.co', 'local_part'],
    ['a@b', 'domain'],
  ])('rejects %j as %s', (raw, reason) => {
    expect(faultOf(raw)).toMatchObject({ pointer: '/email', code: `email.${reason}` });
    expect(faultOf(raw, '/contact/0')?.pointer).toBe('/contact/0');
  });

  it('limits the length of the IDNA form as well', () => {
    const typed = (local: number) => `${'a'.repeat(local)}@${'\u00fc.'.repeat(25)}example`;
    expect(Email.parse(typed(46)).canonical).toHaveLength(254);
    expect(faultOf(typed(47))?.code).toBe('email.too_long');
  });

  it.each([
    ['mia@example.org', 'm•••@e•••.org'],
    ['m@example.org', '•••@e•••.org'],
    ['mia@mail.example.co.uk', 'm•••@m•••.uk'],
  ])('masks %s', (raw, masked) => expect(Email.parse(raw).masked).toBe(masked));

  it('never includes the whole local part in the mask', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (raw) => {
        const email = parseOrNothing(raw);
        if (email === undefined) return;
        const local = email.canonical.slice(0, email.canonical.indexOf('@'));
        expect(email.masked.slice(0, email.masked.indexOf('@'))).not.toContain(local);
      }),
    );
  });

  it('encodes or keeps a label: no character turns into ASCII or disappears [AC-34]', () => {
    fc.assert(
      fc.property(fc.string({ unit, minLength: 1, maxLength: 4 }), (middle) => {
        const email = parseOrNothing(`joe@a${middle}b.example`);
        if (email === undefined) return;
        const isPlain = /^[A-Za-z0-9.-]+$/.test(middle);
        expect(email.canonical).toMatch(isPlain ? /^[ -~]+$/ : /@([^@]*\.)?xn--/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('returns a plain SMTP address as canonical form [AC-35]', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.emailAddress(),
          fc.string({ unit }).map((any) => `a${any}@example.com`),
        ),
        (raw) => {
          const email = parseOrNothing(raw);
          if (email !== undefined)
            expect(email.canonical).toMatch(/^[^\s"(),:;<>@[\\\]\p{Lu}]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/u);
        },
      ),
    );
  });
});

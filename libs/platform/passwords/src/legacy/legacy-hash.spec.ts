import { describe, expect, it } from 'vitest';
import { parseLegacyHash } from './legacy-hash.js';
import { verifyLegacyHash } from './verify-legacy-hash.js';

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64').replaceAll('=', '');
const RFC7914 =
  '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887';
const RFC6070 = '3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038';
const RFC6070_SALT = Buffer.from('saltSALTsaltSALTsaltSALTsaltSALTsalt').toString('hex');
const SALT = 'c29tZXNhbHQ';
const HASH = 'A'.repeat(43);

/** Examples from the specifications and from the authors of the formats. */
const KNOWN: readonly (readonly [string, string, string])[] = [
  ['bcrypt', 'U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['bcrypt as PHP writes it', 'U*U', '$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
  ['argon2i', 'password', '$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8'],
  ['argon2id', 'password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  [
    'scrypt, RFC 7914',
    'pleaseletmein',
    `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride').toString('hex'))}$${base64(RFC7914)}`,
  ],
  [
    'PBKDF2, RFC 6070',
    'passwordPASSWORDpassword',
    `$pbkdf2-sha1$i=4096,l=25$${base64(RFC6070_SALT)}$${base64(RFC6070)}`,
  ],
  [
    'PBKDF2 as passlib writes it',
    'password',
    '$pbkdf2-sha256$6400$yMnKy8zNzs/Q0dLT1NXW1w$Nw7XqvlAiZbkX2GVKBOSFni7G5HuDXN/v9lKT6NlrIE',
  ],
];

describe('legacy password hashes', () => {
  it.each(KNOWN)('%s matches its password and no other', async (_, password, hash) => {
    expect(parseLegacyHash(hash)).not.toHaveProperty('fault');
    expect(await verifyLegacyHash(password, hash)).toBe(true);
    for (const other of [`${password} `, password.slice(1), ''])
      expect(await verifyLegacyHash(other, hash)).toBe(false);
  });

  it('bcrypt rejects a password that is longer than it reads, though its beginning is correct [AC-47]', async () => {
    // The hash of 72 times `a`, with cost 4.
    const { hashSync } = await import('bcrypt');
    const hash = hashSync('a'.repeat(72), 4);
    expect(await verifyLegacyHash('a'.repeat(72), hash)).toBe(true);
    expect(await verifyLegacyHash(`${'a'.repeat(72)}b`, hash)).toBe(false);
  });

  it.each([
    ['argon2 as OWASP has it', `$argon2id$v=19$m=47104,t=1,p=1$${SALT}$${HASH}`],
    ['argon2 as RFC 9106 has it for little memory', `$argon2id$v=19$m=65536,t=3,p=4$${SALT}$${HASH}`],
    ['argon2 as PHP has it', `$argon2id$v=19$m=65536,t=4,p=1$${SALT}$${HASH}`],
    ['argon2 as Django has it', `$argon2id$v=19$m=102400,t=2,p=8$${SALT}$${HASH}`],
    ['scrypt as OWASP has it', `$scrypt$ln=17,r=8,p=1$${SALT}$${HASH}`],
    ['PBKDF2 as OWASP has it', `$pbkdf2-sha256$i=600000$${SALT}$${HASH}`],
    ['PBKDF2 as OWASP has it, SHA-1', `$pbkdf2-sha1$i=1300000$${SALT}$${'A'.repeat(27)}`],
    ['PBKDF2 as OWASP has it, SHA-512', `$pbkdf2-sha512$i=210000$${SALT}$${'A'.repeat(86)}`],
    ['bcrypt at cost 14', `$2b$14$${'.'.repeat(53)}`],
  ])('%s lies within the bounds', (_, hash) => expect(parseLegacyHash(hash)).not.toHaveProperty('fault'));

  it.each([
    ['bcrypt at cost 15', `$2b$15$${'.'.repeat(53)}`],
    ['bcrypt at cost 31', `$2b$31$${'.'.repeat(53)}`],
    ['argon2 with much memory', `$argon2id$v=19$m=131073,t=1,p=1$${SALT}$${HASH}`],
    ['argon2 with 4 TiB', `$argon2id$v=19$m=4294967,t=1,p=1$${SALT}$${HASH}`],
    ['argon2 with many passes', `$argon2d$v=19$m=65536,t=7,p=1$${SALT}$${HASH}`],
    ['argon2 with many lanes', `$argon2i$v=19$m=65536,t=1,p=17$${SALT}$${HASH}`],
    ['scrypt with much memory', `$scrypt$ln=18,r=8,p=1$${SALT}$${HASH}`],
    ['scrypt with memory in r', `$scrypt$ln=14,r=128,p=1$${SALT}$${HASH}`],
    ['scrypt with work in p', `$scrypt$ln=17,r=8,p=3$${SALT}$${HASH}`],
    ['scrypt beyond all numbers', `$scrypt$ln=99,r=8,p=1$${SALT}$${HASH}`],
    ['PBKDF2 with many iterations', `$pbkdf2-sha256$i=1500001$${SALT}$${HASH}`],
    ['PBKDF2 with work in its output', `$pbkdf2-sha1$i=1300000$${SALT}$${'A'.repeat(80)}`],
  ])('%s would cost too much', (_, hash) => expect(parseLegacyHash(hash)).toEqual({ fault: 'too_costly' }));

  it.each([
    '',
    'secret',
    'x'.repeat(10_000),
    '5f4dcc3b5aa765d61d8327deb882cf99',
    '$1$salt$hash',
    '$6$rounds=5000$salt$hash',
    `$2x$10$${'.'.repeat(53)}`,
    `$2b$03$${'.'.repeat(53)}`,
    `$2b$10$${'.'.repeat(52)}`,
    `$argon2id$v=16$m=65536,t=3,p=4$${SALT}$${HASH}`,
    `$argon2id$m=65536,t=3,p=4$${SALT}$${HASH}`,
    `$argon2id$v=19$m=7,t=3,p=1$${SALT}$${HASH}`,
    `$argon2id$v=19$m=65536,t=0,p=1$${SALT}$${HASH}`,
    `$argon2id$v=19$m=65536,t=1,p=1$${SALT}$`,
    `$argon2id$v=19$m=65536,t=1,p=1$YQ$${HASH}`,
    `$scrypt$ln=0,r=8,p=1$${SALT}$${HASH}`,
    `$scrypt$ln=14,r=8,p=1$${SALT}$AAAA`,
    `$pbkdf2-md5$i=1000$${SALT}$${HASH}`,
    `$pbkdf2-sha256$i=0$${SALT}$${HASH}`,
    `$pbkdf2-sha256$i=1000$${SALT}$AAAA`,
    `$2b$10$${'.'.repeat(53)}\n`,
  ])('rejects %j as unknown', async (hash) => {
    expect(parseLegacyHash(hash)).toEqual({ fault: 'unknown' });
    expect(await verifyLegacyHash('secret', hash)).toBe(false);
  });
});

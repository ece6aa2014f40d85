import { describe, expect, it } from 'vitest';
import { buildMimeMessage, envelopeAddressOf } from './mime-message.js';

const MAIL = {
  from: 'Foyer <no-reply@example.org>',
  to: 'ada@example.org',
  subject: '0420 is your code',
  text: '0420\n\nYour code\n.\n..\n',
  html: '<p>0420</p>',
  messageId: '<1@example.org>',
  date: new Date('2026-11-20T12:00:00Z'),
};

const headersOf = (raw: string): string[] => (raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]/g, ' ').split('\r\n');
const decoded = (raw: string): string[] =>
  [...raw.matchAll(/base64\r\n\r\n([A-Za-z0-9+/=\r\n]+?)\r\n--/g)].map(([, body = '']) =>
    Buffer.from(body, 'base64').toString(),
  );

describe('a mail', () => {
  it('carries both parts unchanged, in lines that no server takes for its own', () => {
    const raw = buildMimeMessage(MAIL);
    expect(decoded(raw)).toEqual([MAIL.text, MAIL.html]);
    expect(raw.split('\r\n').every((line) => line.length <= 100 && !line.startsWith('.'))).toBe(true);
    expect(raw).not.toMatch(/(?<!\r)\n|\r(?!\n)/);
  });

  it('has the headers that a mail needs', () => {
    expect(headersOf(buildMimeMessage(MAIL))).toEqual(
      expect.arrayContaining([
        'From: Foyer <no-reply@example.org>',
        'To: ada@example.org',
        'Subject: 0420 is your code',
        'Message-ID: <1@example.org>',
        'Date: Fri, 20 Nov 2026 12:00:00 +0000',
        'MIME-Version: 1.0',
        'Auto-Submitted: auto-generated',
      ]),
    );
  });

  it('encodes what is not plain ASCII in words of at most 75 characters (RFC 2047)', () => {
    const subject = '0420 é o seu código — 🔑'.repeat(4);
    const line = headersOf(buildMimeMessage({ ...MAIL, subject })).find((one) => one.startsWith('Subject: ')) ?? '';
    const words = line.slice('Subject: '.length).split(' ');
    expect(words.every((word) => word.length <= 75 && /^=\?UTF-8\?B\?[A-Za-z0-9+/=]+\?=$/.test(word))).toBe(true);
    expect(words.map((word) => Buffer.from(word.slice(10, -2), 'base64').toString()).join('')).toBe(subject);
  });

  it.each(['Bcc: x', 'a\r\nBcc: eve@example.org', 'a\nb', '\u0000'])('lets no text end a header: %j', (text) => {
    const raw = buildMimeMessage({ ...MAIL, subject: text });
    expect(headersOf(raw).filter((line) => line.startsWith('Bcc'))).toEqual([]);
    expect(headersOf(raw)).toHaveLength(9);
  });

  it('AC-35 refuses an address or an id that could end a header', () => {
    expect(() => buildMimeMessage({ ...MAIL, to: 'a@example.org\r\nBcc: eve@example.org' })).toThrow();
    expect(() => buildMimeMessage({ ...MAIL, messageId: '<1>\n' })).toThrow();
  });

  it.each([
    ['no-reply@example.org', 'From: no-reply@example.org'],
    [
      '"Foyer, Inc." <no-reply@example.org>',
      `From: =?UTF-8?B?${Buffer.from('Foyer, Inc.').toString('base64')}?= <no-reply@example.org>`,
    ],
    [
      'Entrée <no-reply@example.org>',
      `From: =?UTF-8?B?${Buffer.from('Entrée').toString('base64')}?= <no-reply@example.org>`,
    ],
  ])('is from %s', (from, line) => {
    expect(envelopeAddressOf(from)).toBe('no-reply@example.org');
    expect(headersOf(buildMimeMessage({ ...MAIL, from }))).toContain(line);
  });
});

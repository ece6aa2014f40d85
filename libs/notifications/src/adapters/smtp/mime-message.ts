import { randomUUID } from 'node:crypto';

/** A mail that is ready to go: its headers are ours, its texts may be any. */
export interface MimeMail {
  /** `Name <address>` or an address. */
  readonly from: string;
  /** A canonical address. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly date: Date;
}

const CRLF = '\r\n';
/** Words that mean nothing else in a subject, nor in a name before an address. */
const PLAIN_WORDS = /^[A-Za-z0-9][A-Za-z0-9 !?'+-]{0,59}$/;
const NAME_AND_ADDRESS = /^(?:(.*\S)\s*)?<([^<>\s]+)>$/;

/** The address that bounces go to. */
export const envelopeAddressOf = (from: string): string => NAME_AND_ADDRESS.exec(from.trim())?.[2] ?? from.trim();

/**
 * RFC 5322 with a text and an HTML part (RFC 2046), both in base64, so that no line of theirs means anything to a server on
 * the way. Said once here because composing mails in general costs more than everything else that a registration does.
 */
export function buildMimeMessage(mail: MimeMail): string {
  const boundary = `foyer-${randomUUID()}`;
  const headers = [
    `From: ${formatSender(mail.from)}`,
    `To: ${assertPrintableAscii(mail.to)}`,
    `Subject: ${encodeWords(mail.subject)}`,
    `Message-ID: ${assertPrintableAscii(mail.messageId)}`,
    `Date: ${mail.date.toUTCString().replace('GMT', '+0000')}`,
    'MIME-Version: 1.0',
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ];
  const parts = [buildPart('plain', mail.text), buildPart('html', mail.html)].map(
    (one) => `--${boundary}${CRLF}${one}${CRLF}`,
  );
  return `${headers.join(CRLF)}${CRLF}${CRLF}${parts.join('')}--${boundary}--${CRLF}`;
}

const buildPart = (subtype: 'plain' | 'html', content: string): string =>
  [
    `Content-Type: text/${subtype}; charset=utf-8`,
    'Content-Transfer-Encoding: base64',
    '',
    toBase64Lines(content),
  ].join(CRLF);

const toBase64Lines = (content: string): string =>
  Buffer.from(content, 'utf8')
    .toString('base64')
    .replace(/.{76}(?=.)/g, `$&${CRLF}`);

function formatSender(from: string): string {
  const name = NAME_AND_ADDRESS.exec(from.trim())?.[1]?.replace(/^"(.*)"$/, '$1');
  return name === undefined
    ? assertPrintableAscii(envelopeAddressOf(from))
    : `${encodeWords(name)} <${assertPrintableAscii(envelopeAddressOf(from))}>`;
}

/** A header line ends where it began: what could end it earlier has no place in it. */
function assertPrintableAscii(value: string): string {
  if (/[^\x20-\x7e]/.test(value)) throw new Error('a header may hold printable ASCII only');
  return value;
}

/** RFC 2047 encoded words, each of at most 75 characters; plain words stay as they are. */
function encodeWords(text: string): string {
  if (PLAIN_WORDS.test(text)) return text;
  return splitIntoUtf8Chunks(text)
    .map((chunk) => `=?UTF-8?B?${Buffer.from(chunk, 'utf8').toString('base64')}?=`)
    .join(`${CRLF} `);
}

/** At most 45 bytes each, and no character cut in two. */
function splitIntoUtf8Chunks(text: string): string[] {
  const result: string[] = [''];
  for (const character of text) {
    const last = result.at(-1) ?? '';
    if (Buffer.byteLength(last + character) > 45) result.push(character);
    else result[result.length - 1] = last + character;
  }
  return result;
}

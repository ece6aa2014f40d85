import { InvalidInput } from './domain-error.js';

/** RFC 5321 4.5.3.1.3: a path holds 256 octets, including the two angle brackets. */
const MAX_BYTES = 254;
/** RFC 5321 4.5.3.1.1 */
const MAX_LOCAL_PART = 64;

const FORBIDDEN = /[\p{Cc}\p{Cs}]/u;
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const ASCII_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
/**
 * Letters, marks and digits, except those that give one name two spellings: characters that IDNA removes (variation selectors,
 * joiners) and the few that fold to other letters although NFKC keeps them (a Greek mark, historic Cyrillic letters).
 */
const UNICODE_LABEL = /^(?:(?!\p{Default_Ignorable_Code_Point}|\u0345|[\u1c80-\u1c88])[\p{L}\p{M}\p{N}-])+$/u;
const DIGITS = /^[0-9]+$/;

/**
 * An e-mail address in its canonical form, used to compare, store and send (RFC 5321 dot-atom, IDNA domain). Ambiguous input is
 * rejected, never repaired: comments, quoted parts, encoded words (RFC 2047 5), compatibility characters, invisible characters,
 * surrounding blanks.
 * The canonical form is therefore safe in SMTP commands and under every collation.
 */
export class Email {
  readonly kind = 'email';

  private constructor(
    /** All ASCII and lower-case; at most 254 characters. */
    readonly canonical: string,
    /** The original input. Shown only to its owner; never compared or used for sending. */
    readonly displayed: string,
  ) {}

  /** @throws InvalidInput `email.<reason>` at the pointer, and no other error for any input */
  static parse(raw: unknown, pointer = '/email'): Email {
    const refuse = (reason: string, detail: string) => InvalidInput.at(pointer, `email.${reason}`, detail);

    if (typeof raw !== 'string') throw refuse('not_text', 'An e-mail address is a string.');
    if (isTooLong(raw)) throw refuse('too_long', `An e-mail address has at most ${MAX_BYTES} bytes.`);
    if (FORBIDDEN.test(raw)) throw refuse('forbidden_character', 'An e-mail address holds no control characters.');
    if (raw.normalize('NFKC') !== raw) {
      throw refuse('not_normalised', 'The e-mail address holds characters that only look like other ones.');
    }

    const [local = '', domain, ...more] = raw.split('@');
    if (domain === undefined || more.length > 0) throw refuse('at_sign', 'An e-mail address has exactly one @.');
    if (!isLocalPart(local)) throw refuse('local_part', 'The part before the @ is not acceptable.');
    const host = toAsciiDomain(domain);
    if (host === undefined) throw refuse('domain', 'The part after the @ is not a domain name.');

    const canonical = `${local.toLowerCase()}@${host}`;
    // An IDNA domain may be longer than the input. This check also keeps it below the 253 characters of RFC 1035.
    if (canonical.length > MAX_BYTES) throw refuse('too_long', `An e-mail address has at most ${MAX_BYTES} bytes.`);
    return new Email(canonical, raw);
  }

  /** The key in its typed namespace: an e-mail address never equals a phone number or a name. */
  get key(): `email:${string}` {
    return `email:${this.canonical}`;
  }

  /** For logs and responses: `m•••@e•••.org`. A local part of one character is hidden completely. */
  get masked(): string {
    const [local = '', domain = ''] = this.canonical.split('@');
    const topLevel = domain.slice(domain.lastIndexOf('.'));
    return `${local.length > 1 ? local[0] : ''}•••@${domain[0]}•••${topLevel}`;
  }
}

/** A string has at least as many bytes as UTF-16 units, so a huge input is rejected without encoding it. */
const isTooLong = (text: string): boolean =>
  text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES;

const isLocalPart = (local: string): boolean =>
  local.length <= MAX_LOCAL_PART && !local.includes('=?') && local.split('.').every((atom) => ATOM.test(atom));

/**
 * Returns the domain in ASCII and lower case, or undefined. A URL parser also accepts ports, paths, escapes and IPv4 numbers, so
 * labels are checked before parsing. After parsing each label must be unchanged or encoded: IDNA must not rewrite a label.
 */
function toAsciiDomain(typed: string): string | undefined {
  const labels = typed.toLowerCase().split('.');
  if (labels.length < 2 || !labels.every((label) => ASCII_LABEL.test(label) || UNICODE_LABEL.test(label))) return;

  const host = hostOf(labels.join('.'));
  const encoded = host?.split('.') ?? [];
  const isFaithful = labels.every((label, at) => ASCII_LABEL.test(encoded[at] ?? '') && spells(encoded[at], label));
  return encoded.length === labels.length && isFaithful && !DIGITS.test(encoded.at(-1) ?? '') ? host : undefined;
}

const spells = (encoded: string | undefined, label: string): boolean =>
  encoded === label || (encoded?.startsWith('xn--') === true && !ASCII_LABEL.test(label));

function hostOf(domain: string): string | undefined {
  try {
    return new URL(`http://${domain}`).hostname;
  } catch {
    return undefined;
  }
}

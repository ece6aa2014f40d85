import { parsePhoneNumberFromString as parseWithType } from 'libphonenumber-js/max';
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { InvalidInput } from './domain-error.js';

const MAX_LENGTH = 64;
/** ASCII only: digits of other scripts, letters (1-800-FLOWERS), `tel:` and extensions are rejected, not converted. */
const PLAIN = /^[+0-9(][0-9 ()./-]*[0-9]$/;

/** Numbers that cost more than usual to contact, or that reach no person. */
const SPECIAL_TYPES = ['PREMIUM_RATE', 'SHARED_COST', 'TOLL_FREE', 'UAN', 'PERSONAL_NUMBER', 'PAGER', 'VOICEMAIL'];

/** True for an ISO 3166-1 alpha-2 code of a country with a numbering plan. */
export const isCountry = (code: unknown): code is string =>
  typeof code === 'string' && /^[A-Z]{2}$/.test(code) && isSupportedCountry(code);

/**
 * A phone number in E.164 form (ITU-T). It must lie in a range that the numbering plan of its country has assigned.
 * A number without a country code is parsed as one of the default region.
 */
export class PhoneNumber {
  readonly kind = 'phone';

  private constructor(
    /** `+` and at most 15 digits. */
    readonly canonical: string,
    /** ISO 3166-1 alpha-2; nothing for international networks (+800, +882). */
    readonly country: string | undefined,
    private readonly callingCode: string,
  ) {}

  /**
   * @param defaultRegion ISO 3166-1 alpha-2, upper case; with an unknown region only international numbers are parsed
   * @throws InvalidInput `phone.<reason>` at the pointer, and no other error for any input
   */
  static parse(raw: unknown, defaultRegion: string, pointer = '/phone'): PhoneNumber {
    const refuse = (reason: string, detail: string) => InvalidInput.at(pointer, `phone.${reason}`, detail);

    if (typeof raw !== 'string') throw refuse('not_text', 'A phone number is a string.');
    if (raw.length > MAX_LENGTH) throw refuse('too_long', `A phone number has at most ${MAX_LENGTH} characters.`);
    if (!PLAIN.test(raw)) {
      throw refuse('forbidden_character', 'A phone number holds digits, a leading + and separators, and no extension.');
    }

    const [number, ...others] = readings(raw, defaultRegion);
    if (number === undefined || others.some((other) => other.number !== number.number)) {
      throw refuse('invalid', 'This is not a valid phone number. Try it with + and the country code.');
    }
    return new PhoneNumber(number.number, number.country, number.countryCallingCode);
  }

  /** The key in its typed namespace: a phone number never equals an e-mail address or a name. */
  get key(): `phone:${string}` {
    return `phone:${this.canonical}`;
  }

  /**
   * Premium-rate, shared-cost, freephone, company-wide (UAN), personal (+44 70), pager or voicemail numbers, and numbers of
   * no country: satellite telephones and international services (+800, +808, +870, +878, +881, +882, +883, +888, +979).
   */
  get isSpecial(): boolean {
    const type = parseWithType(this.canonical)?.getType();
    return this.country === undefined || SPECIAL_TYPES.includes(type ?? '');
  }

  /** @throws InvalidInput when no message may be sent to this number */
  assertNotSpecial(pointer: string): void {
    if (!this.isSpecial) return;
    const detail = 'no message is sent to premium-rate, service or satellite numbers';
    throw InvalidInput.at(pointer, 'phone.special_number', detail);
  }

  /** For logs and responses: `+1•••••••34`. The number of dots is fixed, so it does not reveal the length. */
  get masked(): string {
    return `+${this.callingCode}•••••••${this.canonical.slice(-2)}`;
  }
}

/**
 * People write `00` for `+` everywhere, but some plans give it another meaning (in Brazil a carrier's number follows it).
 * So the text is parsed both ways, and two different valid numbers are an error.
 */
function readings(raw: string, region: string) {
  const defaultCountry = isSupportedCountry(region) ? region : undefined;
  return [raw, raw.replace(/^00/, '+')].flatMap((text) => {
    const number = parsePhoneNumberFromString(text, { defaultCountry, extract: false });
    return number?.isValid() ? [number] : [];
  });
}

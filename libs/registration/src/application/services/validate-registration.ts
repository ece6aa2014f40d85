import { Email, type Identifier, InvalidInput, type PasswordPolicy, PhoneNumber, parsePersonName } from '#kernel';
import { ChannelUnavailable } from '../../domain/errors.js';
import { channelOf, type Profile } from '../../domain/registration-attempt.js';
import type { RegistrationSettings } from '../ports.js';

/** Unvalidated registration input of a client. */
export interface RegistrationInput {
  readonly email?: string;
  readonly phone?: string;
  readonly password: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly market?: string;
  readonly locale?: string;
}

/** Validated registration input in canonical form. */
export interface ValidatedRegistration {
  readonly identifier: Identifier;
  readonly password: string;
  readonly profile: Profile;
}

/** Limit of first and last name together, so that an attempt stays small: 200 characters each, in most alphabets. */
const NAME_BYTES = 600;

/** @throws InvalidInput, or ChannelUnavailable when no message can be sent to this identifier */
export function validateRegistration(
  typed: RegistrationInput,
  settings: RegistrationSettings,
  passwords: PasswordPolicy,
  canSend: (channel: 'email' | 'sms') => boolean,
): ValidatedRegistration {
  const profile = readProfile(typed, settings);
  const identifier = readIdentifier(typed, profile.market);
  if (!canSend(channelOf(identifier))) throw new ChannelUnavailable(channelOf(identifier));
  refuseUnservedCountry(identifier, settings);
  if (identifier.kind === 'phone') identifier.assertNotSpecial('/phone');
  return { identifier, profile, password: passwords.assertAcceptable(typed.password, [identifier]) };
}

function readIdentifier({ email, phone }: RegistrationInput, market: string): Identifier {
  if (email !== undefined && phone === undefined) return Email.parse(email);
  if (phone !== undefined && email === undefined) return PhoneNumber.parse(phone, market);
  throw InvalidInput.at('', 'identifier.exactly_one', 'must have exactly one of email and phone');
}

function readProfile(typed: RegistrationInput, settings: RegistrationSettings): Profile {
  const [firstName, lastName] = [nameAt('/firstName', typed.firstName), nameAt('/lastName', typed.lastName)];
  if (new TextEncoder().encode(`${firstName ?? ''}${lastName ?? ''}`).length > NAME_BYTES) {
    const pointer = lastName === null ? '/firstName' : '/lastName';
    throw InvalidInput.at(pointer, 'name.too_long', `the names have more than ${NAME_BYTES} bytes together`);
  }
  return { firstName, lastName, market: typed.market ?? settings.defaultMarket, locale: typed.locale ?? 'en' };
}

const nameAt = (pointer: string, typed: string | undefined): string | null =>
  typed === undefined ? null : parsePersonName(pointer, typed);

function refuseUnservedCountry(identifier: Identifier, settings: RegistrationSettings): void {
  if (identifier.kind === 'phone' && !settings.smsCountries.includes(identifier.country ?? '')) {
    throw InvalidInput.at('/phone', 'phone.country_not_served', 'no SMS is sent to this country');
  }
}

import { Email, type Identifier, InvalidInput, type NewPasswords, PhoneNumber, readPersonName } from '#kernel';
import { ChannelUnavailable } from '../domain/errors.js';
import { channelOf, type Profile } from '../domain/registration-attempt.js';
import type { RegistrationRules } from './ports.js';

/** What a stranger typed, as the outside delivers it. */
export interface Application {
  readonly email?: string;
  readonly phone?: string;
  readonly password: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly market?: string;
  readonly locale?: string;
}

/** The same, found acceptable and in canonical form. */
export interface Applicant {
  readonly identifier: Identifier;
  readonly password: string;
  readonly profile: Profile;
}

/** Names of both kinds together, so that an attempt stays small: 200 characters each, in most alphabets. */
const NAME_BYTES = 600;

/** @throws InvalidInput, or ChannelUnavailable when no message can reach this identifier here */
export function readApplicant(
  typed: Application,
  rules: RegistrationRules,
  passwords: NewPasswords,
  canSend: (channel: 'email' | 'sms') => boolean,
): Applicant {
  const profile = readProfile(typed, rules);
  const identifier = readIdentifier(typed, profile.market);
  if (!canSend(channelOf(identifier))) throw new ChannelUnavailable(channelOf(identifier));
  refuseUnservedCountry(identifier, rules);
  if (identifier.kind === 'phone') identifier.refuseSpecial('/phone');
  return { identifier, profile, password: passwords.accept(typed.password, [identifier]) };
}

function readIdentifier({ email, phone }: Application, market: string): Identifier {
  if (email !== undefined && phone === undefined) return Email.parse(email);
  if (phone !== undefined && email === undefined) return PhoneNumber.parse(phone, market);
  throw InvalidInput.at('', 'identifier.exactly_one', 'must have exactly one of email and phone');
}

function readProfile(typed: Application, rules: RegistrationRules): Profile {
  const [firstName, lastName] = [nameAt('/firstName', typed.firstName), nameAt('/lastName', typed.lastName)];
  if (new TextEncoder().encode(`${firstName ?? ''}${lastName ?? ''}`).length > NAME_BYTES) {
    const pointer = lastName === null ? '/firstName' : '/lastName';
    throw InvalidInput.at(pointer, 'name.too_long', `the names have more than ${NAME_BYTES} bytes together`);
  }
  return { firstName, lastName, market: typed.market ?? rules.defaultMarket, locale: typed.locale ?? 'en' };
}

const nameAt = (pointer: string, typed: string | undefined): string | null =>
  typed === undefined ? null : readPersonName(pointer, typed);

function refuseUnservedCountry(identifier: Identifier, rules: RegistrationRules): void {
  if (identifier.kind === 'phone' && !rules.smsCountries.includes(identifier.country ?? '')) {
    throw InvalidInput.at('/phone', 'phone.country_not_served', 'no SMS is sent to this country');
  }
}

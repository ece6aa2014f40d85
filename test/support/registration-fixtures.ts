import { randomInt, randomUUID } from 'node:crypto';

/** Somebody at the door: an e-mail address or a phone number, and a password. */
export interface RegistrationInput {
  readonly email?: string;
  readonly phone?: string;
  readonly password: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly market?: string;
  readonly locale?: string;
}

/** Addresses are all of one length, so that answers about them can be compared to the byte. */
export const freshEmail = (): string => `${randomUUID().slice(0, 8)}@example.org`;

/** A number in San Francisco. */
export const freshPhone = (): string => `+1415${randomInt(2_000_000, 9_000_000)}`;

export const freshPassword = (): string => `pass ${randomUUID().slice(0, 13)}`;

/** Nobody has been here under this address before. */
export const newRegistration = (overrides: Partial<RegistrationInput> = {}): RegistrationInput => ({
  ...(overrides.phone === undefined ? { email: freshEmail() } : {}),
  password: freshPassword(),
  ...overrides,
});

export const identifierOf = ({ email, phone }: RegistrationInput): string => email ?? phone ?? '';

export const basicCredentials = (person: RegistrationInput): readonly [string, string] => [
  identifierOf(person),
  person.password,
];

/** The same person with another password, which makes it another attempt. */
export const withPassword = (person: RegistrationInput, password = freshPassword()): RegistrationInput => ({
  ...person,
  password,
});

/** A code of the same length that is not this one. */
export const wrongCode = (code: string, distance = 1): string =>
  String((Number(code) + distance) % 10 ** code.length).padStart(code.length, '0');

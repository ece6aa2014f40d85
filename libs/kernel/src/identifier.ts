import { Email } from './email.js';
import { PhoneNumber } from './phone-number.js';

/** How a person is found: by a canonical e-mail address or by an E.164 phone number, never by a name of choice. */
export type Identifier = Email | PhoneNumber;
export type IdentifierKind = Identifier['kind'];
/** `email:<canonical>` or `phone:<canonical>`: namespaces that cannot meet. */
export type IdentifierKey = Identifier['key'];

/**
 * Reads a user name of login or Basic. Only addresses hold an `@`, so no text is readable as both.
 * @throws InvalidInput at the pointer; nothing else, whatever comes in
 */
export const parseIdentifier = (raw: unknown, defaultRegion: string, pointer = '/identifier'): Identifier =>
  typeof raw === 'string' && raw.includes('@')
    ? Email.parse(raw, pointer)
    : PhoneNumber.parse(raw, defaultRegion, pointer);

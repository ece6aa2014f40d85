import { Email } from './email.js';
import { PhoneNumber } from './phone-number.js';

/** A canonical e-mail address or an E.164 phone number. Freely chosen user names are not supported. */
export type Identifier = Email | PhoneNumber;
export type IdentifierKind = Identifier['kind'];
/** `email:<canonical>` or `phone:<canonical>`: disjoint namespaces. */
export type IdentifierKey = Identifier['key'];

/**
 * Parses the user name of a login or of Basic credentials. Only addresses contain an `@`, so no text is ambiguous.
 * @throws InvalidInput at the pointer, and no other error for any input
 */
export const parseIdentifier = (raw: unknown, defaultRegion: string, pointer = '/identifier'): Identifier =>
  typeof raw === 'string' && raw.includes('@')
    ? Email.parse(raw, pointer)
    : PhoneNumber.parse(raw, defaultRegion, pointer);

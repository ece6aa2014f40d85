import { encodeRequest } from '../../support/raw-http.js';
import type { RegistrationInput } from '../../support/registration-fixtures.js';
import { identifierOf } from '../../support/registration-fixtures.js';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Authorization headers that let nobody in, the person being one who has a live attempt. */
export function invalidAuthorizations(
  person: RegistrationInput,
): readonly (readonly [why: string, authorization: string])[] {
  const [name, { password }] = [identifierOf(person), person];
  return [
    ['nothing behind the scheme', 'Basic'],
    ['no base64', 'Basic !!!'],
    ['base64 without its padding', `Basic ${base64(`${name}:${password}`).replace(/=+$/, '')}-`],
    ['no colon', `Basic ${base64(`${name}${password}`)}`],
    ['not UTF-8', `Basic ${Buffer.from([0xff, 0x3a, 0xfe]).toString('base64')}`],
    ['another scheme', `Bearer ${base64(`${name}:${password}`)}`],
    ['two credentials in one header', `Basic ${base64(`${name}:${password}`)}, Basic ${base64(`${name}:${password}`)}`],
    ['a control character in the name', `Basic ${base64(`${name}\n:${password}`)}`],
    ['too long', `Basic ${base64(`${name}:${'x'.repeat(3_000)}`)}`],
    ['no name', `Basic ${base64(`:${password}`)}`],
    ['a name that is no identifier', `Basic ${base64(`nobody:${password}`)}`],
    ['an unknown identifier', `Basic ${base64(`0${name}:${password}`)}`],
    ['a wrong password', `Basic ${base64(`${name}:${password}!`)}`],
    ['no password', `Basic ${base64(`${name}:`)}`],
    ['the password in capitals', `Basic ${base64(`${name}:${password.toUpperCase()}`)}`],
  ];
}

/** The right credentials, twice: which of them counts must never be the question. */
export function encodeRepeatedAuthorization(base: string, person: RegistrationInput, code: string): Buffer {
  const login = `Basic ${base64(`${identifierOf(person)}:${person.password}`)}`;
  const headers = { authorization: login, Authorization: login };
  return encodeRequest(base, 'POST', '/v1/registrations/activate', { json: { code }, headers });
}

export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

const MAX_LENGTH = 2048;
const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;
const CONTROL = /\p{Cc}/u;

/**
 * Basic credentials, read strictly (RFC 7617), or nothing; never throws. Takes the raw header list of a request
 * (`IncomingMessage.rawHeaders`: name, value, name, value…), because the parsed one hides a repeated header.
 *
 * - exactly one `Authorization` header, at most 2048 characters
 * - canonical base64 with its padding (RFC 4648 3.2 and 3.5), holding well-formed UTF-8
 * - the first colon splits: a password may hold colons, a user name cannot
 * - no control characters in the user name. In the password they pass, which is wider than the RFC: whatever was accepted
 *   as a password in JSON can be proven here.
 */
export function parseBasicCredentials(rawHeaders: readonly string[]): BasicCredentials | undefined {
  const [header, ...others] = authorizationHeaders(rawHeaders);
  if (header === undefined || others.length > 0 || header.length > MAX_LENGTH) return undefined;

  const text = decode(BASIC.exec(header)?.[1] ?? '');
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0) return undefined;

  const username = text.slice(0, colon);
  return CONTROL.test(username) ? undefined : { username, password: text.slice(colon + 1) };
}

const authorizationHeaders = (rawHeaders: readonly string[]): string[] =>
  rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'authorization');

function decode(token: string): string | undefined {
  const bytes = Buffer.from(token, 'base64');
  // Buffer skips invalid characters; only canonical base64 survives re-encoding.
  if (bytes.toString('base64') !== token) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

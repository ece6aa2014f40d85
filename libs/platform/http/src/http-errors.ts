import { DomainError, type ErrorKind } from '#kernel';

/** Missing, malformed, repeated or wrong credentials: one response for all (OWASP ASVS 6.3.8). */
export class InvalidCredentials extends DomainError {
  readonly code = 'auth.invalid_credentials';
  readonly kind = 'unauthenticated';

  /** @param challenge the value of WWW-Authenticate (RFC 9110, 11.6.1) */
  constructor(readonly challenge: string) {
    super('The credentials are missing or not valid.');
  }
}

/** The token is valid, but its authentication is too old for the operation (RFC 9470, 3). */
export class ReauthenticationRequired extends DomainError {
  readonly code = 'auth.reauthentication_required';
  readonly kind = 'unauthenticated';
  /** The value of WWW-Authenticate. */
  readonly challenge: string;

  /** @param maxAge seconds since the sign-in or the last reauthentication */
  constructor(maxAge: number) {
    super('This needs a recent sign-in. Send the password to /v1/auth/reauthenticate, or sign in again.');
    const description = `Sign in, or authenticate again, within the last ${maxAge} seconds`;
    this.challenge = `Bearer realm="foyer", error="insufficient_user_authentication", error_description="${description}", max_age="${maxAge}"`;
  }
}

/** Authenticated, but not authorized: the role or the token does not permit the operation. */
export class Forbidden extends DomainError {
  readonly code = 'auth.forbidden';
  readonly kind = 'forbidden';

  constructor() {
    super('This is not allowed with this token.');
  }
}

/** The token was issued by an external identity server, so there is no session in this service. */
export class OwnTokenRequired extends DomainError {
  readonly code = 'auth.own_token_required';
  readonly kind = 'forbidden';

  constructor() {
    super('This needs a token of a session here, not one of an external identity server.');
  }
}

/** A fault of the request itself, detected before it reaches a module. */
export class RequestError extends DomainError {
  constructor(
    readonly code: string,
    readonly kind: ErrorKind,
    message: string,
    /** Overrides the status of the kind: 405, 408, 413, 414, 415 and 431 have no kind of their own. */
    readonly status?: number,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

export const malformedBody = () =>
  new RequestError(
    'request.malformed',
    'malformed',
    'The body is not JSON that can be accepted: check its syntax, encoding and keys.',
  );
export const bodyTooComplex = () =>
  new RequestError('request.too_complex', 'invalid', 'The body is nested too deeply or has too many keys.');
export const notFound = () => new RequestError('request.not_found', 'missing', 'There is nothing at this address.');
export const methodNotAllowed = (allow: readonly string[]) =>
  new RequestError('request.method_not_allowed', 'malformed', 'This address does not take this method.', 405, {
    allow: allow.join(', '),
  });
export const bodyTooLarge = () => new RequestError('request.too_large', 'malformed', 'The body is too large.', 413);
export const unsupportedMediaType = () =>
  new RequestError(
    'request.unsupported_media_type',
    'malformed',
    'The body must be application/json, in UTF-8 and not compressed.',
    415,
  );
export const headersTooLarge = () =>
  new RequestError('request.headers_too_large', 'malformed', 'The header block is too large.', 431);
export const requestTimeout = () =>
  new RequestError('request.timeout', 'malformed', 'The request took too long to arrive.', 408);
/** The rest of the connection's data cannot be parsed reliably as requests, so the connection closes. */
export const unreadableRequest = () =>
  new RequestError('request.unreadable', 'malformed', 'The request is not valid HTTP.', 400, { connection: 'close' });
/** A rejection by a file server or the framework: keeps the status, without internal details. */
export const requestRejected = (status: number) =>
  new RequestError('request.refused', 'malformed', 'This request cannot be answered as it stands.', status);
export const uriTooLong = () => new RequestError('request.uri_too_long', 'malformed', 'The address is too long.', 414);

export const HTTP_PROBLEMS: readonly DomainError[] = [
  new InvalidCredentials(''),
  new ReauthenticationRequired(300),
  new Forbidden(),
  new OwnTokenRequired(),
  malformedBody(),
  bodyTooComplex(),
  notFound(),
  methodNotAllowed([]),
  bodyTooLarge(),
  unsupportedMediaType(),
  headersTooLarge(),
  requestTimeout(),
  unreadableRequest(),
  uriTooLong(),
  requestRejected(400),
];

/** The kind of rule that was broken. One HTTP filter maps a kind to a status; no other code mentions statuses. */
export type ErrorKind =
  | 'malformed' // 400
  | 'unauthenticated' // 401
  | 'forbidden' // 403
  | 'missing' // 404
  | 'conflict' // 409
  | 'gone' // 410
  | 'precondition' // 412
  | 'invalid' // 422
  | 'too_many' // 429
  | 'unavailable'; // 503

/** One fault of a body, as RFC 9457 problem documents list them. `pointer` is an RFC 6901 JSON pointer. */
export interface Fault {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/**
 * A broken rule. `code` is stable and public (`registration.code_expired`); `message` is a readable sentence and never
 * contains a secret, SQL or an internal name.
 */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  /** Additional members of the problem document, for example `attemptsRemaining`. */
  readonly details: Readonly<Record<string, unknown>> = {};
  readonly faults: readonly Fault[] = [];
  /** Seconds after which the client should retry (RFC 9110, Retry-After). */
  readonly retryAfter?: number;
}

/** Well-formed, but not acceptable: 422 with one entry per fault. */
export class InvalidInput extends DomainError {
  readonly code = 'request.invalid';
  readonly kind = 'invalid';

  constructor(override readonly faults: readonly Fault[]) {
    super('The request is well-formed, but some of its values are not acceptable.');
  }

  static at(pointer: string, code: string, detail: string): InvalidInput {
    return new InvalidInput([{ pointer, code, detail }]);
  }
}

/** A dependency cannot be reached, or the service is overloaded. No data was lost; a retry is safe. */
export class Unavailable extends DomainError {
  readonly code: string = 'service.unavailable';
  readonly kind = 'unavailable';

  constructor(
    message = 'The service cannot answer right now. Please try again.',
    override readonly retryAfter = 2,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * The service receives more requests than it can serve. Admission control rejects further requests of this kind early, so that
 * rejecting uses no capacity needed for serving (OWASP ASVS 15.2.2).
 */
export class Overloaded extends Unavailable {
  override readonly code = 'service.overloaded';
}

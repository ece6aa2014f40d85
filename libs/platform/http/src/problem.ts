import { DomainError, type ErrorKind, type Fault } from '#kernel';
import { InvalidCredentials, ReauthenticationRequired, RequestError } from './http-errors.js';

/** RFC 9457 problem details, `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  /** Stable and dotted: `registration.code_expired`. `GET /problems` lists every one. */
  readonly code: string;
  readonly traceId: string;
  readonly errors?: readonly Fault[];
}

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const STATUS: Record<ErrorKind, number> = {
  malformed: 400,
  unauthenticated: 401,
  forbidden: 403,
  missing: 404,
  conflict: 409,
  gone: 410,
  precondition: 412,
  invalid: 422,
  too_many: 429,
  unavailable: 503,
};

export const statusOf = (error: DomainError): number =>
  (error instanceof RequestError && error.status) || STATUS[error.kind];

/** `registration.code_expired` → `Code expired` */
export function titleOf(code: string): string {
  const words = code.slice(code.lastIndexOf('.') + 1).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function toProblem(error: DomainError, publicUrl: string, instance: string, traceId: string): Problem {
  return {
    type: `${publicUrl}/problems#${error.code}`,
    title: titleOf(error.code),
    status: statusOf(error),
    detail: error.message,
    instance,
    code: error.code,
    traceId,
    ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    ...error.details,
  };
}

/** The headers that a domain error requires. */
export function headersOf(error: DomainError): Record<string, string> {
  const isChallenge = error instanceof InvalidCredentials || error instanceof ReauthenticationRequired;
  return {
    ...(error instanceof RequestError ? error.headers : {}),
    ...(isChallenge ? { 'www-authenticate': error.challenge } : {}),
    ...(error.retryAfter === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfter))) }),
  };
}

/** The problem for an unexpected error: always a bug, reported without internal details. */
export class InternalError extends DomainError {
  readonly code = 'service.internal_error';
  readonly kind = 'unavailable';

  constructor() {
    super('Something went wrong on our side.');
  }
}

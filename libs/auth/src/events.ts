import { IntegrationEvent } from '#kernel';

/** A customer signed in; the session is the aggregate. */
export class LoggedInV1 extends IntegrationEvent<{
  readonly customerId: string;
  readonly sid: string;
  /** RFC 3339: when the session ends unless it is used. */
  readonly expiresAt: string;
}> {
  readonly type = 'auth.logged_in.v1';
  readonly source = '/foyer/auth';
  readonly aggregateType = 'session';
}

/**
 * Tokens that are still within their time are not good any more. With `sid`: those of this session. Without: those of every
 * session of the customer whose `gen` is below `generation`.
 */
export class SessionRevokedV1 extends IntegrationEvent<{
  readonly customerId: string;
  readonly sid: string | null;
  readonly generation: number | null;
  /** A session of that customer that goes on all the same. */
  readonly kept: string | null;
  /** RFC 3339: from then on no token of it is within its time, and this may be forgotten. */
  readonly expiresAt: string;
}> {
  readonly type = 'auth.session_revoked.v1';
  readonly source = '/foyer/auth';
  /** `session`, or `subject` when it is all of them. */
  readonly aggregateType = this.data.sid === null ? 'subject' : 'session';
}

export class PasswordChangedV1 extends IntegrationEvent<{ readonly customerId: string }> {
  readonly type = 'auth.password_changed.v1';
  readonly source = '/foyer/auth';
  readonly aggregateType = 'subject';
}

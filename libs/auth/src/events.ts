import { eventOf, shape } from '#kernel';

const common = { source: '/foyer/auth' } as const;

/** A customer signed in; the session is the aggregate. */
export class LoggedInV1 extends eventOf({
  ...common,
  type: 'auth.logged_in.v1',
  aggregateType: 'session',
  description: 'A session began. Its subject is the session.',
  data: shape.object({
    customerId: shape.id(),
    sid: shape.id('The session.'),
    expiresAt: shape.moment('When the session ends unless it is used.'),
  }),
}) {}

/**
 * Unexpired access tokens were revoked. With `sid`: those of this session. Without: those of all sessions of the customer whose
 * `gen` is below `generation`.
 */
export class SessionRevokedV1 extends eventOf({
  ...common,
  type: 'auth.session_revoked.v1',
  aggregateType: 'session',
  description:
    'Tokens that are still within their time are not good any more. With a `sid`: those of that session, which is the subject. Without: those of every session of the customer, who is the subject, whose `gen` is below `generation`.',
  data: shape.object({
    customerId: shape.id(),
    sid: shape.orNull(shape.id('The session; null for all.')),
    generation: shape.orNull(shape.whole('Tokens whose `gen` is below it are refused; null with a `sid`.')),
    kept: shape.orNull(shape.id('A session that goes on all the same.')),
    expiresAt: shape.moment('From then on no token of it is within its time, and this may be forgotten.'),
  }),
}) {
  /** `session`, or `subject` when all sessions of the customer end. */
  override readonly aggregateType = this.data.sid === null ? 'subject' : 'session';
}

export class PasswordChangedV1 extends eventOf({
  ...common,
  type: 'auth.password_changed.v1',
  aggregateType: 'subject',
  description: 'A customer has another password. Which sessions end with it, `auth.session_revoked.v1` tells.',
  data: shape.object({ customerId: shape.id() }),
}) {}

export const authEvents = [LoggedInV1, SessionRevokedV1, PasswordChangedV1];

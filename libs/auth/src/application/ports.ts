import type { AuditEntry } from '#kernel';
import type { OutgoingMessage } from '#notifications';
import type { PresentedToken, SessionState } from '../domain/session.js';
import type { Role, Subject, SubjectState } from '../domain/subject.js';
import type { PreHash } from '../facade.js';

export interface NamedSubject {
  readonly subject: Subject;
  /** Identifier hashes that no other subject has. */
  readonly names: readonly string[];
}

/** Subjects and the identifiers they sign in with. */
export abstract class Subjects {
  abstract add(subject: Subject, identifierHash: string): Promise<void>;
  /** Adds many subjects, each with all their names. */
  abstract addAll(subjects: readonly NamedSubject[]): Promise<void>;
  abstract findByIds(customerIds: readonly string[]): Promise<readonly Subject[]>;
  /** @param identifierHashes one per key of the ring and per meaning of the name, in order of precedence */
  abstract findByIdentifierHashes(identifierHashes: readonly string[]): Promise<Subject | null>;
  abstract findById(customerId: string): Promise<Subject | null>;
  /**
   * Compare and set: replaces the credential only if it still equals `expected`.
   * @param oneTime whether the password is only valid for setting a new one
   */
  abstract replaceCredential(
    customerId: string,
    expected: string | null,
    replacement: string,
    oneTime: boolean,
  ): Promise<boolean>;
  abstract setRoles(customerId: string, roles: readonly Role[]): Promise<void>;
  /** Whether an active subject has the role. Suspended and deleted subjects do not count. */
  abstract anyActiveHasRole(role: Role): Promise<boolean>;
  /** Locks the subject until the unit of work ends. Null when there is no such subject. */
  abstract lockById(customerId: string): Promise<Subject | null>;
  /**
   * Whether another active administrator with a password exists. Locks: a concurrent caller waits until this unit of work
   * ends.
   */
  abstract hasOtherAdministrator(exceptCustomerId: string): Promise<boolean>;
  abstract setStatus(customerId: string, status: SubjectState['status']): Promise<void>;
  abstract addIdentifier(customerId: string, identifierHash: string): Promise<void>;
  abstract removeIdentifiers(customerId: string): Promise<void>;
  /** Removes only identifiers of this customer. */
  abstract removeIdentifier(customerId: string, identifierHashes: readonly string[]): Promise<void>;
  /** Whether the subject is active and of this generation. If so, locks it until the unit of work ends. */
  abstract lockIfCurrent(customerId: string, generation: number): Promise<boolean>;
  /** Starts a new generation, which invalidates all existing sessions, and returns it. Runs in a unit of work. */
  abstract incrementGeneration(customerId: string): Promise<number>;
  /** Increments and returns the event sequence of the subject, and locks the subject until the unit of work ends. */
  abstract nextSequence(customerId: string): Promise<number>;
}

export interface SessionLookup {
  readonly session: SessionState;
  readonly subject: Subject;
  /** Unix milliseconds, by the clock that measured the times of the session. */
  readonly now: number;
  /** When the last audit entry about a refused token was written, by the same clock; 0: never. */
  readonly refusalRecordedAt: number;
  /** The turn of the last recorded repeat; -1: none. */
  readonly repeatRecordedTurn: number;
}

export type NewSession = Pick<SessionState, 'id' | 'customerId' | 'generation' | 'currentHash' | 'scope' | 'source'> & {
  readonly lifeMs: number;
};

/** Each change is a single conditional statement: of two concurrent changes, one has no effect. */
export abstract class Sessions {
  abstract createSession(session: NewSession): Promise<void>;
  abstract findById(id: string): Promise<SessionLookup | null>;
  /**
   * Replaces the live token by its child and writes the audit entry. False, without an entry, when the token is no longer live.
   * Atomic: needs no unit of work.
   */
  abstract rotateToken(
    id: string,
    from: PresentedToken,
    childHash: string,
    lifeMs: number,
    auditEntry: AuditEntry,
  ): Promise<boolean>;
  /**
   * Writes the audit entry; false when one was written within `everyMs`. Atomic, so that all replicas together write one entry:
   * needs no unit of work.
   */
  abstract recordRefusal(id: string, everyMs: number, auditEntry: AuditEntry): Promise<boolean>;
  /** Writes the audit entry; false when a repeat of this turn is already recorded. Atomic as well. */
  abstract recordRepeat(id: string, turn: number, auditEntry: AuditEntry): Promise<boolean>;
  /** False when the session had already ended. */
  abstract endSession(id: string): Promise<boolean>;
  /**
   * @param kept id of a session that stays open
   * @param generation new generation of the subject; the kept session is moved to it
   */
  abstract endAllByCustomer(customerId: string, kept: string | null, generation: number): Promise<void>;
}

/** Revokes unexpired access tokens. Durable; runs in the caller's unit of work. */
export abstract class Revocations {
  /** Revokes the access tokens of this session. Returns when the last of them expires. */
  abstract revokeSession(customerId: string, sessionId: string): Promise<Date>;
  /**
   * Revokes the access tokens of this customer below this generation. Returns when the last of them expires.
   * @param kept id of a session that stays open
   */
  abstract revokeCustomer(customerId: string, generation: number, kept: string | null): Promise<Date>;
}

/** A refresh token of this service, as presented. */
export interface ParsedRefreshToken extends PresentedToken {
  readonly sessionId: string;
}

export interface IssuedRefreshToken {
  readonly token: string;
  readonly hash: string;
}

/** Opaque tokens with 256 bits of entropy, stored as hashes. A child is derived from a key and its parent. */
export abstract class RefreshTokens {
  abstract issueFirst(sessionId: string): IssuedRefreshToken;
  /** Undefined for a token that this service did not issue. */
  abstract parse(token: string): ParsedRefreshToken | undefined;
  /** The child under every key, the current key first. Every replica derives the same. */
  abstract deriveChildren(parent: string): readonly [IssuedRefreshToken, ...IssuedRefreshToken[]];
}

/** Wrong passwords in a row are counted per key. Created in `login-try-key.ts`. */
export interface LoginTryKey {
  readonly subjectKey: string;
  readonly source: string;
  /** Whether wrong passwords from other sources with the same key lengthen the waits. */
  readonly slowedByOthers: boolean;
}

export type LoginTryDecision =
  | { readonly may: 'compare'; readonly counted: LoginTryKey }
  /** Other tries are being compared, and may turn out wrong. */
  | { readonly may: 'later' }
  | { readonly may: 'never'; readonly retryAfterSeconds: number };

/**
 * Counts wrong passwords in a row per key and source, and a total per key that only lengthens waits: see `login-backoff.ts`.
 * A try is counted before it is compared. Does not depend on Redis.
 */
export abstract class LoginTries {
  abstract startTry(tryKey: LoginTryKey): Promise<LoginTryDecision>;
  /** The password was wrong. */
  abstract recordWrongTry(counted: LoginTryKey): Promise<void>;
  /** The password was not compared because of an internal failure. */
  abstract cancelTry(counted: LoginTryKey): Promise<void>;
  /** The password was right: resets the count of this source. Runs in the caller's unit of work. */
  abstract resetTries(counted: LoginTryKey): Promise<void>;
}

/** Limits failed sign-ins per source, over all names. */
export abstract class FailedLoginLimiter {
  /**
   * Counts a failure before the result is known.
   * @param address client address, as far as it can be trusted
   * @throws DomainError `request.too_many` when the source has reached its limit
   */
  abstract countFailure(address: string): Promise<{
    /** Call when the sign-in did not fail. */
    release(): Promise<void>;
  }>;
}

/** The customer that a device token is verified for, as stored in the database. */
export type DeviceOwner = Pick<SubjectState, 'customerId' | 'generation'>;

/** Used for an unknown name: verification does the same work and fails. */
export const NO_OWNER: DeviceOwner = { customerId: '', generation: 0 };

/** Tokens that prove an earlier sign-in of a customer from a device. Opaque, authenticated, not stored. */
export abstract class DeviceTokens {
  /** @param deviceId of a known device; null for a new one */
  abstract issue(owner: DeviceOwner, deviceId: string | null): string;
  /**
   * The device id, if the token was issued for this customer, has not expired, and the sessions of the customer were not all
   * ended since. Otherwise undefined.
   */
  abstract verify(token: string, owner: DeviceOwner): string | undefined;
}

/** Pre-hashes passwords, and encodes stored credentials with the id of their pepper. */
export abstract class PasswordScheme {
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /** `v2$<kid>$<bcrypt>` */
  abstract encode(kid: string, hash: string): string;
  abstract decode(credential: string): { readonly kid: string; readonly hash: string } | undefined;
}

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
  readonly scope: string;
}

/** The authenticated caller, for tokens of any issuer. */
export interface Caller {
  readonly customerId: string;
  /** Null for a token of an external identity server, which has no session here. */
  readonly sessionId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** When the caller last authenticated, in seconds since 1970 (`auth_time`); null when the token does not say. */
  readonly authTime: number | null;
}

/** The claims of an access token of this service. */
export interface TokenClaims extends Caller {
  readonly sessionId: string;
  /** Generation of the subject when the token was signed. */
  readonly generation: number;
}

/** Signed access tokens, RFC 9068. */
export abstract class AccessTokens {
  /** @param authenticatedAt time of the sign-in, or of the last reauthentication since */
  abstract issue(
    subject: Subject,
    session: Pick<SessionState, 'id' | 'scope'>,
    authenticatedAt: Date,
  ): Promise<AccessToken>;
  /** Undefined when the token is not a valid token of this service (RFC 8725). Does not check revocation. */
  abstract verify(token: string): Promise<TokenClaims | undefined>;
}

/** Encrypts the recipient of a queued message. Bound to the identifier. */
export abstract class ResetRecipientSealer {
  abstract seal(recipient: string, identifierHash: string): string;
  abstract open(sealed: string, identifierHash: string): string;
}

/** Composes messages about passwords. */
export abstract class ResetMessages {
  /** @param locale BCP 47 */
  abstract composeCode(recipient: string, locale: string, digits: string): OutgoingMessage;
}

export abstract class AuthSettings {
  /** ISO 3166-1 region for parsing national phone numbers. */
  abstract readonly defaultMarket: string;
  /** ISO 3166-1: countries that SMS are sent to. */
  abstract readonly smsCountries: readonly string[];
  abstract readonly refreshTokenTtlSeconds: number;
  /** URL under which browsers reach the service. */
  abstract readonly publicUrl: string;
  /** Null is no limit. */
  abstract readonly limits: Readonly<Record<'messageBacklogSeconds', number | null>>;
}

import type { AuditEntry } from '#kernel';
import type { OutgoingMessage } from '#notifications';
import type { PresentedToken, SessionState } from '../domain/session.js';
import type { Role, Subject, SubjectState } from '../domain/subject.js';
import type { PreHash } from '../facade.js';

export interface NamedSubject {
  readonly subject: Subject;
  /** Identifier hashes that nobody else has. */
  readonly names: readonly string[];
}

/** Subjects and the identifiers they sign in with. */
export abstract class Subjects {
  abstract add(subject: Subject, identifierHash: string): Promise<void>;
  /** Many at once, each with all the names he has. */
  abstract addAll(subjects: readonly NamedSubject[]): Promise<void>;
  abstract findByIds(customerIds: readonly string[]): Promise<readonly Subject[]>;
  /** @param identifierHashes one per key of the ring, and of what else a name may mean: who has an earlier one goes first */
  abstract findByIdentifierHashes(identifierHashes: readonly string[]): Promise<Subject | null>;
  abstract findById(customerId: string): Promise<Subject | null>;
  /**
   * Compare and set: takes the place of the credential that was read, and of no other.
   * @param oneTime good for setting a new one only
   */
  abstract replaceCredential(
    customerId: string,
    expected: string | null,
    replacement: string,
    oneTime: boolean,
  ): Promise<boolean>;
  abstract setRoles(customerId: string, roles: readonly Role[]): Promise<void>;
  /** Anybody who may sign in: the suspended and the deleted do not count. */
  abstract anyActiveHasRole(role: Role): Promise<boolean>;
  /** The subject as it is, and as it stays until the unit of work ends; null for nobody. */
  abstract lockById(customerId: string): Promise<Subject | null>;
  /**
   * Whether anybody else is an administrator who may sign in, and has a password to do so. Who asks while another unit of work
   * has asked waits until that one has ended.
   */
  abstract hasOtherAdministrator(exceptCustomerId: string): Promise<boolean>;
  abstract setStatus(customerId: string, status: SubjectState['status']): Promise<void>;
  abstract addIdentifier(customerId: string, identifierHash: string): Promise<void>;
  abstract removeIdentifiers(customerId: string): Promise<void>;
  /** Of this customer only. */
  abstract removeIdentifier(customerId: string, identifierHashes: readonly string[]): Promise<void>;
  /** Whether he is active and of this generation; then it stays so until the unit of work ends. */
  abstract lockIfCurrent(customerId: string, generation: number): Promise<boolean>;
  /** Every session so far is one of an earlier generation from now on. In a unit of work; the generation of now. */
  abstract incrementGeneration(customerId: string): Promise<number>;
  /** Counts one event of the subject up and locks it for this unit of work; the number it bears. */
  abstract nextSequence(customerId: string): Promise<number>;
}

export interface SessionLookup {
  readonly session: SessionState;
  readonly subject: Subject;
  /** Unix milliseconds by the clock that the session's times were measured with. */
  readonly now: number;
  /** When the last line about a refused token was written, by the same clock; 0: never. */
  readonly refusalRecordedAt: number;
  /** The turn whose repeat was recorded last; -1: none. */
  readonly repeatRecordedTurn: number;
}

export type NewSession = Pick<SessionState, 'id' | 'customerId' | 'generation' | 'currentHash' | 'scope' | 'source'> & {
  readonly lifeMs: number;
};

/** Sessions. A change is one conditional statement: of two at the same time, one has no effect. */
export abstract class Sessions {
  abstract createSession(session: NewSession): Promise<void>;
  abstract findById(id: string): Promise<SessionLookup | null>;
  /**
   * From the token that is alive to its child, and the line that tells of it; false, and no line, when it was not alive any
   * more. One step: it needs no unit of work.
   */
  abstract rotateToken(
    id: string,
    from: PresentedToken,
    childHash: string,
    lifeMs: number,
    auditEntry: AuditEntry,
  ): Promise<boolean>;
  /**
   * Writes the line unless one was written within `everyMs`: then false. One step, so that all replicas together write one; it
   * needs no unit of work.
   */
  abstract recordRefusal(id: string, everyMs: number, auditEntry: AuditEntry): Promise<boolean>;
  /** Writes the line unless a repeat of this turn was recorded before: then false. One step as well. */
  abstract recordRepeat(id: string, turn: number, auditEntry: AuditEntry): Promise<boolean>;
  /** False when it had ended before. */
  abstract endSession(id: string): Promise<boolean>;
  /**
   * @param kept a session that goes on
   * @param generation of the subject from now on; the kept session is one of it
   */
  abstract endAllByCustomer(customerId: string, kept: string | null, generation: number): Promise<void>;
}

/** Ends access tokens that are still within their time. Durable; in the caller's unit of work. */
export abstract class Revocations {
  /** Everything signed for this session. */
  abstract revokeSession(customerId: string, sessionId: string): Promise<Date>;
  /**
   * Everything signed for this customer below this generation. Both tell when the last such token has died of age.
   * @param kept a session that goes on
   */
  abstract revokeCustomer(customerId: string, generation: number, kept: string | null): Promise<Date>;
}

/** A refresh token of ours, as it was brought. */
export interface ParsedRefreshToken extends PresentedToken {
  readonly sessionId: string;
}

export interface IssuedRefreshToken {
  readonly token: string;
  readonly hash: string;
}

/** Opaque tokens with 256 bits of chance. What is stored of them is a hash; a child follows from a key and its parent. */
export abstract class RefreshTokens {
  abstract issueFirst(sessionId: string): IssuedRefreshToken;
  /** Undefined for whatever we have not made ourselves. */
  abstract parse(token: string): ParsedRefreshToken | undefined;
  /** The child under every key, the one that writes first: the same from any replica. */
  abstract deriveChildren(parent: string): readonly [IssuedRefreshToken, ...IssuedRefreshToken[]];
}

/** Whose wrong passwords in a row are counted together. Made in `login-try.ts`. */
export interface LoginTryKey {
  readonly subjectKey: string;
  readonly source: string;
  /** Whether wrong passwords of other sources at the same key make the waits longer. */
  readonly slowedByOthers: boolean;
}

export type LoginTryDecision =
  | { readonly may: 'compare'; readonly counted: LoginTryKey }
  /** Others are compared at this moment, and may turn out to be wrong. */
  | { readonly may: 'later' }
  | { readonly may: 'never'; readonly retryAfterSeconds: number };

/**
 * Wrong passwords in a row, one count per key and source, and a total per key that only makes waits longer: see
 * `login-backoff.ts`. A try is counted before it is compared. Survives Redis.
 */
export abstract class LoginTries {
  abstract startTry(tryKey: LoginTryKey): Promise<LoginTryDecision>;
  /** It was wrong. */
  abstract recordWrongTry(counted: LoginTryKey): Promise<void>;
  /** It was none: our own failure. */
  abstract cancelTry(counted: LoginTryKey): Promise<void>;
  /** It was right: the count of this source begins anew. In the caller's unit of work. */
  abstract resetTries(counted: LoginTryKey): Promise<void>;
}

/** Failed sign-ins of one source at all names together. */
export abstract class FailedLoginLimiter {
  /**
   * Counts one, before it is known what comes of it.
   * @param address the caller's, as far as it can be believed
   * @throws DomainError `request.too_many` when the source has used up what it may fail
   */
  abstract countFailure(address: string): Promise<{
    /** It was no failed sign-in. */
    release(): Promise<void>;
  }>;
}

/** The customer that a device token is asked about, as it stands in the database. */
export type DeviceOwner = Pick<SubjectState, 'customerId' | 'generation'>;

/** Whom a token is asked about when the name is nobody's: after the same work it is none. */
export const NO_OWNER: DeviceOwner = { customerId: '', generation: 0 };

/** Says of a device that a customer has signed in from it. Opaque, authenticated, not stored. */
export abstract class DeviceTokens {
  /** @param deviceId of a device that is known; null for one that becomes known */
  abstract issue(owner: DeviceOwner, deviceId: string | null): string;
  /**
   * The id of the device, when the token was issued for this customer, has not ended, and no session of the customer was ended
   * by force since: undefined otherwise.
   */
  abstract verify(token: string, owner: DeviceOwner): string | undefined;
}

/** How passwords are prepared for hashing, and how what is stored names its pepper. */
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

/** Who calls, whichever token said so: what guards and routes look at. */
export interface Caller {
  readonly customerId: string;
  /** Null: the token is one of an external identity server, and there is no session of ours behind it. */
  readonly sessionId: string | null;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** When the caller last authenticated, in seconds since 1970 (`auth_time`); null when the token does not say. */
  readonly authTime: number | null;
}

/** What an access token of ours says. */
export interface TokenClaims extends Caller {
  readonly sessionId: string;
  /** The subject's generation when it was signed. */
  readonly generation: number;
}

/** Signed access tokens, RFC 9068. */
export abstract class AccessTokens {
  /** @param authenticatedAt the sign-in of the session, or the last time that the password was given since */
  abstract issue(
    subject: Subject,
    session: Pick<SessionState, 'id' | 'scope'>,
    authenticatedAt: Date,
  ): Promise<AccessToken>;
  /** Undefined for whatever is not a valid token of ours (RFC 8725). Says nothing of revocation. */
  abstract verify(token: string): Promise<TokenClaims | undefined>;
}

/** Keeps an address in the list of due messages without anybody reading it there. Bound to its identifier. */
export abstract class ResetRecipientSealer {
  abstract seal(recipient: string, identifierHash: string): string;
  abstract open(sealed: string, identifierHash: string): string;
}

/** The words of messages about passwords. */
export abstract class ResetMessages {
  /** @param locale BCP 47 */
  abstract composeCode(recipient: string, locale: string, digits: string): OutgoingMessage;
}

export abstract class AuthSettings {
  /** ISO 3166-1; the region national phone numbers are read with. */
  abstract readonly defaultMarket: string;
  /** ISO 3166-1: countries that SMS are sent to. */
  abstract readonly smsCountries: readonly string[];
  abstract readonly refreshTokenTtlSeconds: number;
  /** How browsers call the program. */
  abstract readonly publicUrl: string;
  /** Null is no limit. */
  abstract readonly limits: Readonly<Record<'messageBacklogSeconds', number | null>>;
}

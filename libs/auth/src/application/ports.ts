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
  abstract byIds(customerIds: readonly string[]): Promise<readonly Subject[]>;
  /** @param identifierHashes one per key of the ring, and of what else a name may mean: who has an earlier one goes first */
  abstract byIdentifier(identifierHashes: readonly string[]): Promise<Subject | null>;
  abstract byId(customerId: string): Promise<Subject | null>;
  /**
   * Compare and set: takes the place of the credential that was read, and of no other.
   * @param oneTime good for setting a new one only
   */
  abstract replaceCredential(
    customerId: string,
    read: string | null,
    written: string,
    oneTime: boolean,
  ): Promise<boolean>;
  abstract setRoles(customerId: string, roles: readonly Role[]): Promise<void>;
  /** Anybody who may sign in: the suspended and the deleted do not count. */
  abstract anybodyHas(role: Role): Promise<boolean>;
  abstract setStatus(customerId: string, status: SubjectState['status']): Promise<void>;
  abstract addIdentifier(customerId: string, identifierHash: string): Promise<void>;
  abstract removeIdentifiers(customerId: string): Promise<void>;
  /** Of this customer only. */
  abstract removeIdentifier(customerId: string, identifierHashes: readonly string[]): Promise<void>;
  /** Whether he is active and of this generation; then it stays so until the unit of work ends. */
  abstract hold(customerId: string, generation: number): Promise<boolean>;
  /** Every session so far is one of an earlier generation from now on. In a unit of work; the generation of now. */
  abstract raiseGeneration(customerId: string): Promise<number>;
  /** Counts one event of the subject up and locks it for this unit of work; the number it bears. */
  abstract nextSequence(customerId: string): Promise<number>;
}

export interface FoundSession {
  readonly session: SessionState;
  readonly subject: Subject;
  /** Unix milliseconds by the clock that the session's times were measured with. */
  readonly now: number;
}

export type NewSession = Pick<SessionState, 'id' | 'customerId' | 'generation' | 'currentHash' | 'scope' | 'source'> & {
  readonly lifeMs: number;
};

/** Sessions. A change is one conditional statement: of two at the same time, one has no effect. */
export abstract class Sessions {
  abstract begin(session: NewSession): Promise<void>;
  abstract find(id: string): Promise<FoundSession | null>;
  /**
   * From the token that is alive to its child, and the line that tells of it; false, and no line, when it was not alive any
   * more. One step: it needs no unit of work.
   */
  abstract rotate(
    id: string,
    from: PresentedToken,
    childHash: string,
    lifeMs: number,
    line: AuditEntry,
  ): Promise<boolean>;
  /** False when it had ended before. */
  abstract end(id: string): Promise<boolean>;
  /**
   * @param kept a session that goes on
   * @param generation of the subject from now on; the kept session is one of it
   */
  abstract endAllOf(customerId: string, kept: string | null, generation: number): Promise<void>;
}

/** Ends access tokens that are still within their time. Durable; in the caller's unit of work. */
export abstract class Revocations {
  /** Everything signed for this session. */
  abstract ofSession(customerId: string, sessionId: string): Promise<Date>;
  /**
   * Everything signed for this customer below this generation. Both tell when the last such token has died of age.
   * @param kept a session that goes on
   */
  abstract ofCustomer(customerId: string, generation: number, kept: string | null): Promise<Date>;
}

/** A refresh token of ours, as it was brought. */
export interface ReadToken extends PresentedToken {
  readonly sessionId: string;
}

export interface MadeToken {
  readonly token: string;
  readonly hash: string;
}

/** Opaque tokens with 256 bits of chance. What is stored of them is a hash; a child follows from a key and its parent. */
export abstract class RefreshTokens {
  abstract first(sessionId: string): MadeToken;
  /** Undefined for whatever we have not made ourselves. */
  abstract read(token: string): ReadToken | undefined;
  /** The child under every key, the one that writes first: the same from any replica. */
  abstract childrenOf(parent: string): readonly [MadeToken, ...MadeToken[]];
}

/** A try that was counted before anything is compared. */
export interface LoginTry {
  readonly subjectKey: string;
  /** Empty: the count of all sources that are not known. */
  readonly source: string;
}

export type TryAnswer =
  | { readonly may: 'compare'; readonly counted: LoginTry }
  /** Others are compared at this moment, and may turn out to be wrong. */
  | { readonly may: 'later' }
  | { readonly may: 'never'; readonly retryAfterSeconds: number };

/** Wrong passwords in a row, one count per subject and one per source that it is known from. Survives Redis. */
export abstract class LoginTries {
  abstract take(subjectKey: string, source: string): Promise<TryAnswer>;
  /** It was wrong. */
  abstract settle(counted: LoginTry): Promise<void>;
  /** It was none: our own failure. */
  abstract giveBack(counted: LoginTry): Promise<void>;
  /** It was right: the count begins anew, and the source is known from now on. In the caller's unit of work. */
  abstract forgive(counted: LoginTry, source: string): Promise<void>;
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
}

/** What an access token of ours says. */
export interface TokenClaims extends Caller {
  readonly sessionId: string;
  /** The subject's generation when it was signed. */
  readonly generation: number;
}

/** Signed access tokens, RFC 9068. */
export abstract class AccessTokens {
  abstract issue(subject: Subject, session: Pick<SessionState, 'id' | 'scope'>): Promise<AccessToken>;
  /** Undefined for whatever is not a valid token of ours (RFC 8725). Says nothing of revocation. */
  abstract verify(token: string): Promise<TokenClaims | undefined>;
}

/** Keeps an address in the list of due messages without anybody reading it there. Bound to its identifier. */
export abstract class ResetSeals {
  abstract seal(recipient: string, identifierHash: string): string;
  abstract open(sealed: string, identifierHash: string): string;
}

/** The words of messages about passwords. */
export abstract class ResetMessages {
  /** @param locale BCP 47 */
  abstract code(recipient: string, locale: string, digits: string): OutgoingMessage;
}

export abstract class AuthRules {
  /** ISO 3166-1; the region national phone numbers are read with. */
  abstract readonly defaultMarket: string;
  /** ISO 3166-1: countries that SMS are sent to. */
  abstract readonly smsCountries: readonly string[];
  abstract readonly refreshTokenTtlSeconds: number;
  /** Null is no limit. */
  abstract readonly limits: Readonly<Record<'messageBacklogSeconds', number | null>>;
}

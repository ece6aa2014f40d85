import type { AfterCommit, HashTicket, Identifier } from '#kernel';
import type { Role } from './domain/subject.js';

export type { Role };

/** A password after its keyed pre-hash. What the expensive hash is made of; never stored as it is. */
export interface PreHash {
  /** Names the pepper. */
  readonly kid: string;
  /** base64(HMAC-SHA-384(pepper, NFC(password))), 64 ASCII characters. */
  readonly value: string;
}

export interface NewSubject {
  readonly customerId: string;
  readonly identifierHash: string;
  /** From `hash`; null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly roles: readonly Role[];
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47, of messages to the person. */
  readonly locale: string;
  /** The password was given by somebody else: it is good for setting a new one only. */
  readonly oneTime?: boolean;
}

/** Who may sign in, and with what. auth knows no customer, only the id of one. */
export abstract class Credentials {
  /** Under every pepper, the one that writes first. Cheap: microseconds. */
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /**
   * The expensive hash of a credential, at full cost. Outside of any transaction.
   * @param ticket for whom, and how soon
   * @throws HashingBusy
   */
  abstract hash(preHash: PreHash, ticket: HashTicket): Promise<string>;
  /** Inside the caller's unit of work. */
  abstract enrol(subject: NewSubject): Promise<void>;
  /**
   * From now on these roles and no others. Every session ends: tokens carry roles. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   * @throws LastAdministrator when nobody else who can sign in has the role
   */
  abstract setRoles(customerId: string, roles: readonly Role[], by: string | null): Promise<void>;
  /** Whether this customer has the role, whether they may sign in at this moment or not. */
  abstract hasRole(customerId: string, role: Role): Promise<boolean>;
  /**
   * Active, and nothing has ended the sessions since `enrol`: no other password, no suspension, no sign-out everywhere. So the
   * password is still the one of the enrolment.
   */
  abstract isUnchangedSinceEnrolment(customerId: string): Promise<boolean>;
  /** Anybody who may sign in: the suspended and the deleted do not count. */
  abstract anyActiveHasRole(role: Role): Promise<boolean>;
  /**
   * `suspended`: nobody signs in as this customer, and every session ends. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   * @throws LastAdministrator
   */
  abstract setStatus(customerId: string, status: 'active' | 'suspended', by: string | null): Promise<void>;
  /**
   * Nobody signs in with these names any more, and every session ends. Inside the caller's unit of work.
   * @throws LastAdministrator
   */
  abstract revokeSignIn(customerId: string, by: string | null): Promise<void>;
  /** Takes a withdrawal back: the customer signs in with this name and the password of before. */
  abstract restoreSignIn(customerId: string, identifierHash: string): Promise<void>;
}

export interface ImportedSubject {
  readonly customerId: string;
  /** Identifier hashes that nobody else has. */
  readonly names: readonly string[];
  /** From `CredentialTransfer.accept`; null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly status: 'active' | 'suspended';
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47, of messages to the person. */
  readonly locale: string;
}

/** Passwords of customers who come from elsewhere, or go there: as hashes only. */
export abstract class CredentialTransfer {
  /**
   * What is enrolled of a hash that another system has made (see `ForeignPasswords`), or that `reveal` gave under a pepper of the
   * ring. The first sign-in puts a hash of ours in its place. Cheap: microseconds.
   * @throws InvalidInput `password_hash.<reason>` at `/passwordHash`
   */
  abstract importPasswordHash(hash: string, customerId: string): string;
  /** Customers, many at once. Inside the caller's unit of work. */
  abstract enrolSubjects(subjects: readonly ImportedSubject[]): Promise<void>;
  /** Hashes as `accept` takes them, by customer id. Who has none, or a one-time password, is not among them. */
  abstract exportPasswordHashes(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Takes away what is kept of somebody who signed in. */
export abstract class SubjectErasure {
  /**
   * Every session ends; the password, the names, the sessions and where they came from, the links and the counts are gone, and
   * nobody ever signs in as this customer again. Inside the caller's unit of work.
   * @param names hashes that are nobody's now, one per key of the ring
   * @param by customer id of who ordered it
   * @throws LastAdministrator
   */
  abstract eraseSubject(customerId: string, names: readonly string[], by: string | null): Promise<void>;
}

/** Names that somebody signs in with. Inside the caller's unit of work. */
export abstract class SignInNames {
  /** @param hash of a name that nobody else has */
  abstract add(customerId: string, hash: string): Promise<void>;
  /** @param hashes one per key of the ring; what is not his stays */
  abstract remove(customerId: string, hashes: readonly string[]): Promise<void>;
}

export type ReauthenticationOutcome =
  /** `generation` of the customer's sessions when the password was right: it rises when they end. */
  | { readonly outcome: 'right'; readonly generation: number }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Asks somebody who is signed in for the password once more (OWASP ASVS 7.5.1). */
export abstract class Reauthentication {
  /**
   * Counted per session, apart from sign-ins: whoever has stolen a token gets few tries and makes no sign-in wait. The same work for
   * a customer without a password. Outside of any transaction.
   * @param source prefix it comes from
   * @param sessionId of the access token that asks
   * @throws HashingBusy
   */
  abstract checkPassword(
    customerId: string,
    password: string,
    source: string,
    sessionId: string,
  ): Promise<ReauthenticationOutcome>;
}

/** Counted before it is compared; one of the two says what came of it. */
export interface SignInTry {
  recordWrongPassword(): Promise<void>;
  /** It was right, or our own failure: the count is as before. */
  cancelTry(): Promise<void>;
}

/** Passwords of customers that are compared elsewhere than at sign-in, counted with those of sign-ins. */
export abstract class SignInTries {
  /**
   * Null: sign-ins with this name have to wait, and nothing may be compared either. The same for a name that nobody has.
   * Waits itself while others are compared. Outside of any transaction.
   * @param source prefix it comes from
   * @throws Overloaded
   */
  abstract startTry(name: Identifier, source: string): Promise<SignInTry | null>;
}

/** What a client works with (RFC 6749, 5.1). */
export interface TokenSet {
  /** A JWT, RFC 9068. */
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Opaque; good once, for the next set. */
  readonly refreshToken: string;
  readonly scope: string;
  /** Of a sign-in only: says of the device that the customer has signed in from it. Opens nothing by itself. */
  readonly deviceToken?: string;
}

/** As it goes out (RFC 6749, 5.1): the one place where its members get their RFC names. */
export const toTokenResponse = ({ accessToken, expiresInSeconds, refreshToken, scope, deviceToken }: TokenSet) => ({
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  scope,
  ...(deviceToken === undefined ? {} : { device_token: deviceToken }),
});

export const DEVICE_COOKIE = 'foyer_device';

/** How long a device is known after a sign-in from it. */
export const DEVICE_TOKEN_TTL_SECONDS = 180 * 24 * 3_600;

/** `Set-Cookie` with a device token, for browsers. @param publicUrl how browsers call the program */
export function deviceCookie(deviceToken: string, publicUrl: string): string {
  const attributes = `Path=/v1/auth; Max-Age=${DEVICE_TOKEN_TTL_SECONDS}; HttpOnly; SameSite=Strict`;
  return `${DEVICE_COOKIE}=${deviceToken}; ${attributes}${publicUrl.startsWith('https:') ? '; Secure' : ''}`;
}

/** Signing in and out on behalf of other modules. */
export abstract class SignIns {
  /**
   * Opens a first session for a customer who was just enrolled. Null when they may not sign in, or anything has ended their
   * sessions since: whoever asks may have the password of before.
   * @param source prefix it comes from
   */
  abstract openFirstSession(customerId: string, source: string): Promise<TokenSet | null>;
  /**
   * Ends every session of the customer: no token of it is good any more. The customer is told. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   * @param source prefix it comes from; null when it came from within
   */
  abstract endAllSessions(customerId: string, by: string | null, source: string | null): Promise<void>;
  /**
   * Ends every session but this one, unless they were all ended since this generation: then false, and nothing is done.
   * Inside the caller's unit of work, where it locks the customer's subject.
   * @param source prefix it comes from
   */
  abstract endOtherSessions(customerId: string, kept: string, generation: number, source: string): Promise<boolean>;
}

/** A way into an account that was opened or closed. `…_by_staff`: not by somebody who is signed in to it. */
export type AccountChange =
  | 'link_added'
  | 'link_removed'
  | 'password_changed'
  | 'sessions_ended'
  | 'sessions_ended_by_staff';

/** Tells the owner of an account. auth knows no addresses, so that a module above it does this. */
export abstract class AccountChangeListener {
  abstract onAccountChanged(customerId: string, change: AccountChange): Promise<void>;
}

/** Who can reach the owners of accounts adds a listener here. */
export class AccountChangeListeners {
  readonly #listeners: AccountChangeListener[] = [];

  constructor(private readonly afterCommit: AfterCommit) {}

  add(listener: AccountChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Once the ambient unit of work has committed. Nobody waits for it, and a listener that fails changes nothing. */
  notify(customerId: string, change: AccountChange): void {
    for (const listener of this.#listeners)
      this.afterCommit.runAfterCommit(() => listener.onAccountChanged(customerId, change));
  }
}

/** What is kept of how a customer signs in. Times are RFC 3339, UTC. Never a hash of a password or a token. */
export interface SignInRecord {
  readonly roles: readonly Role[];
  readonly hasPassword: boolean;
  /** Living and ended ones, until they are purged, the oldest first. Read page by page as they are taken. */
  readonly sessions: AsyncIterable<{
    readonly id: string;
    readonly createdAt: string;
    readonly usedAt: string;
    readonly expiresAt: string;
    readonly ended: boolean;
    readonly scope: string;
    readonly source: string;
  }>;
  readonly links: readonly {
    readonly id: string;
    readonly issuer: string;
    /** His name there. */
    readonly subject: string;
    readonly createdAt: string;
  }[];
}

/** Tells a customer what is kept of him here. */
export abstract class SignInRecords {
  abstract of(customerId: string): Promise<SignInRecord>;
}

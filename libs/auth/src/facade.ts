import type { AfterCommit, HashTicket, Identifier } from '#kernel';
import type { Role } from './domain/subject.js';

export type { Role };

/** A password after its keyed pre-hash. Input of the expensive hash; never stored. */
export interface PreHash {
  /** Id of the pepper. */
  readonly kid: string;
  /** base64(HMAC-SHA-384(pepper, NFC(password))), 64 ASCII characters. */
  readonly value: string;
}

export interface NewSubject {
  readonly customerId: string;
  readonly identifierHash: string;
  /** From `hash`. Null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly roles: readonly Role[];
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47 locale of messages to the customer. */
  readonly locale: string;
  /** Staff set the password: it is only valid for setting a new one. */
  readonly oneTime?: boolean;
}

/** Sign-in data of customers. The auth module only knows their ids. */
export abstract class Credentials {
  /** One pre-hash per pepper, the current pepper first. Takes microseconds. */
  abstract preHashes(password: string): readonly [PreHash, ...PreHash[]];
  /**
   * Computes the expensive hash of a credential. Call outside of a transaction.
   * @param ticket owner and priority of the hash
   * @throws HashingBusy
   */
  abstract hash(preHash: PreHash, ticket: HashTicket): Promise<string>;
  /** Runs in the caller's unit of work. */
  abstract enrol(subject: NewSubject): Promise<void>;
  /**
   * Replaces the roles. All sessions end, because tokens contain roles. Runs in the caller's unit of work.
   * @param by customer id of the actor
   * @throws LastAdministrator when no other administrator can sign in
   */
  abstract setRoles(customerId: string, roles: readonly Role[], by: string | null): Promise<void>;
  /** Whether this customer has the role, even if they cannot sign in now. */
  abstract hasRole(customerId: string, role: Role): Promise<boolean>;
  /**
   * Whether the customer is active and their sessions were never all ended since `enrol`: no password change, no suspension, no
   * sign-out of all sessions. The password is then still the one of the enrolment.
   */
  abstract isUnchangedSinceEnrolment(customerId: string): Promise<boolean>;
  /** Whether an active customer has the role. Suspended and deleted customers do not count. */
  abstract anyActiveHasRole(role: Role): Promise<boolean>;
  /**
   * `suspended`: the customer cannot sign in, and all sessions end. Runs in the caller's unit of work.
   * @param by customer id of the actor
   * @throws LastAdministrator
   */
  abstract setStatus(customerId: string, status: 'active' | 'suspended', by: string | null): Promise<void>;
  /**
   * Removes the sign-in names of the customer and ends all sessions. Runs in the caller's unit of work.
   * @throws LastAdministrator
   */
  abstract revokeSignIn(customerId: string, by: string | null): Promise<void>;
  /** Reverts `revokeSignIn`: the customer signs in with this name and the previous password. */
  abstract restoreSignIn(customerId: string, identifierHash: string): Promise<void>;
}

export interface ImportedSubject {
  readonly customerId: string;
  /** Identifier hashes that no other customer has. */
  readonly names: readonly string[];
  /** From `CredentialTransfer.importPasswordHash`. Null: no password yet, a reset sets one. */
  readonly credential: string | null;
  readonly status: 'active' | 'suspended';
  /** ISO 3166-1 alpha-2 */
  readonly market: string;
  /** BCP 47 locale of messages to the customer. */
  readonly locale: string;
}

/** Imports and exports password hashes of customers. */
export abstract class CredentialTransfer {
  /**
   * Returns the credential for a hash of another system (see `LegacyPasswords`), or for one that `exportPasswordHashes` returned
   * under a pepper of the ring. The first sign-in replaces it by a native hash. Takes microseconds.
   * @throws InvalidInput `password_hash.<reason>` at `/passwordHash`
   */
  abstract importPasswordHash(hash: string, customerId: string): string;
  /** Enrols many customers. Runs in the caller's unit of work. */
  abstract enrolSubjects(subjects: readonly ImportedSubject[]): Promise<void>;
  /** Hashes for `importPasswordHash`, by customer id. Omits customers with no password or a one-time password. */
  abstract exportPasswordHashes(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Erases the sign-in data of a customer. */
export abstract class SubjectErasure {
  /**
   * Ends all sessions, and erases the password, the names, the sessions with their sources, the links and the counts. The customer
   * can never sign in again. Runs in the caller's unit of work.
   * @param names hashes of the former names, one per key of the ring
   * @param by customer id of the actor
   * @throws LastAdministrator
   */
  abstract eraseSubject(customerId: string, names: readonly string[], by: string | null): Promise<void>;
}

/** Sign-in names of customers. Runs in the caller's unit of work. */
export abstract class SignInNames {
  /** @param hash of a name that no other customer has */
  abstract add(customerId: string, hash: string): Promise<void>;
  /** @param hashes one per key of the ring; names of other customers are not removed */
  abstract remove(customerId: string, hashes: readonly string[]): Promise<void>;
}

export type ReauthenticationOutcome =
  /** `generation` of the sessions when the password was compared. Incremented when they all end. */
  | { readonly outcome: 'right'; readonly generation: number }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Compares the password of a customer who is signed in (OWASP ASVS 7.5.1). */
export abstract class Reauthentication {
  /**
   * Counts tries per session, separately from sign-ins: a stolen token gets few tries and cannot delay a sign-in. Does the same
   * work for a customer without a password. Call outside of a transaction.
   * @param source prefix of the request
   * @param sessionId of the access token of the request
   * @throws HashingBusy
   */
  abstract checkPassword(
    customerId: string,
    password: string,
    source: string,
    sessionId: string,
  ): Promise<ReauthenticationOutcome>;
}

/** A try that is already counted. Call one of the methods with its result. */
export interface SignInTry {
  recordWrongPassword(): Promise<void>;
  /** The password was right, or was not compared because of an internal failure: restores the count. */
  cancelTry(): Promise<void>;
}

/** Counts passwords that other modules compare together with those of sign-ins. */
export abstract class SignInTries {
  /**
   * Null: sign-ins with this name have to wait, and no password may be compared. Treats an unknown name the same.
   * Waits while other tries are being compared. Call outside of a transaction.
   * @param source prefix of the request
   * @throws Overloaded
   */
  abstract startTry(name: Identifier, source: string): Promise<SignInTry | null>;
}

/** The tokens of a session (RFC 6749, 5.1). */
export interface TokenSet {
  /** A JWT, RFC 9068. */
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Opaque. Can be exchanged once for the next set. */
  readonly refreshToken: string;
  readonly scope: string;
  /** Only after a sign-in: proves that the customer has signed in from this device. Grants no access by itself. */
  readonly deviceToken?: string;
}

/** Maps the token set to the response of RFC 6749, 5.1. */
export const toTokenResponse = ({ accessToken, expiresInSeconds, refreshToken, scope, deviceToken }: TokenSet) => ({
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  scope,
  ...(deviceToken === undefined ? {} : { device_token: deviceToken }),
});

export const DEVICE_COOKIE = 'foyer_device';

/** How long a device stays known after a sign-in. */
export const DEVICE_TOKEN_TTL_SECONDS = 180 * 24 * 3_600;

/** `Set-Cookie` with a device token, for browsers. @param publicUrl URL under which browsers reach the service */
export function deviceCookie(deviceToken: string, publicUrl: string): string {
  const attributes = `Path=/v1/auth; Max-Age=${DEVICE_TOKEN_TTL_SECONDS}; HttpOnly; SameSite=Strict`;
  return `${DEVICE_COOKIE}=${deviceToken}; ${attributes}${publicUrl.startsWith('https:') ? '; Secure' : ''}`;
}

/** Opens and ends sessions for other modules. */
export abstract class SignIns {
  /**
   * Opens a first session for a newly enrolled customer. Null when they cannot sign in, or their sessions were ended since: the
   * caller may have an earlier password.
   * @param source prefix of the request
   */
  abstract openFirstSession(customerId: string, source: string): Promise<TokenSet | null>;
  /**
   * Ends all sessions of the customer, revokes their tokens and notifies the customer. Runs in the caller's unit of work.
   * @param by customer id of the actor
   * @param source prefix of the request; null for an internal call
   */
  abstract endAllSessions(customerId: string, by: string | null, source: string | null): Promise<void>;
  /**
   * Ends all sessions except `kept`. False, without a change, when they were all ended since this generation.
   * Runs in the caller's unit of work, and locks the subject of the customer.
   * @param source prefix of the request
   */
  abstract endOtherSessions(customerId: string, kept: string, generation: number, source: string): Promise<boolean>;
}

/** A change of the access to an account. `…_by_staff`: not made by the customer. */
export type AccountChange =
  | 'link_added'
  | 'link_removed'
  | 'password_changed'
  | 'sessions_ended'
  | 'sessions_ended_by_staff';

/** Notifies the owner of an account. Implemented by a module above auth, because auth stores no addresses. */
export abstract class AccountChangeListener {
  abstract onAccountChanged(customerId: string, change: AccountChange): Promise<void>;
}

/** Modules that can notify account owners register a listener here. */
export class AccountChangeListeners {
  readonly #listeners: AccountChangeListener[] = [];

  constructor(private readonly afterCommit: AfterCommit) {}

  add(listener: AccountChangeListener): void {
    this.#listeners.push(listener);
  }

  /** Runs after the ambient unit of work commits, in the background. A failing listener has no effect on the caller. */
  notify(customerId: string, change: AccountChange): void {
    for (const listener of this.#listeners)
      this.afterCommit.runAfterCommit(() => listener.onAccountChanged(customerId, change));
  }
}

/** The stored sign-in data of a customer. Times are RFC 3339, UTC. Contains no hash of a password or a token. */
export interface SignInRecord {
  readonly roles: readonly Role[];
  readonly hasPassword: boolean;
  /** Live and ended sessions that are not purged yet, oldest first. Read page by page on iteration. */
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
    /** `sub` of the customer at the issuer. */
    readonly subject: string;
    readonly createdAt: string;
  }[];
}

/** Reads the stored sign-in data of a customer. */
export abstract class SignInRecords {
  abstract of(customerId: string): Promise<SignInRecord>;
}

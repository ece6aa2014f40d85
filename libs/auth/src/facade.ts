import type { HashTicket } from '#kernel';
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
   */
  abstract setRoles(customerId: string, roles: readonly Role[], by: string | null): Promise<void>;
  /** Anybody who may sign in: the suspended and the deleted do not count. */
  abstract anybodyHas(role: Role): Promise<boolean>;
  /**
   * `suspended`: nobody signs in as this customer, and every session ends. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   */
  abstract setStatus(customerId: string, status: 'active' | 'suspended', by: string | null): Promise<void>;
  /** Nobody signs in with these names any more, and every session ends. Inside the caller's unit of work. */
  abstract withdraw(customerId: string, by: string | null): Promise<void>;
  /** Takes a withdrawal back: the customer signs in with this name and the password of before. */
  abstract readmit(customerId: string, identifierHash: string): Promise<void>;
}

export interface TransferredSubject {
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
  abstract accept(hash: string, customerId: string): string;
  /** Customers, many at once. Inside the caller's unit of work. */
  abstract enrolAll(subjects: readonly TransferredSubject[]): Promise<void>;
  /** Hashes as `accept` takes them, by customer id. Who has none, or a one-time password, is not among them. */
  abstract reveal(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

/** Takes away what is kept of somebody who signed in. */
export abstract class SubjectErasure {
  /**
   * Every session ends; the password, the names, the sessions and where they came from, the links and the counts are gone, and
   * nobody ever signs in as this customer again. Inside the caller's unit of work.
   * @param names hashes that are nobody's now, one per key of the ring
   * @param by customer id of who ordered it
   */
  abstract erase(customerId: string, names: readonly string[], by: string | null): Promise<void>;
}

/** Names that somebody signs in with. Inside the caller's unit of work. */
export abstract class SignInNames {
  /** @param hash of a name that nobody else has */
  abstract add(customerId: string, hash: string): Promise<void>;
  /** @param hashes one per key of the ring; what is not his stays */
  abstract remove(customerId: string, hashes: readonly string[]): Promise<void>;
}

export type Reauthenticated =
  /** `generation` of the customer's sessions when the password was right: it rises when they end. */
  | { readonly outcome: 'right'; readonly generation: number }
  | { readonly outcome: 'wrong' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Asks somebody who is signed in for the password once more (OWASP ASVS 7.5.1). */
export abstract class Reauthentication {
  /**
   * Counted with the passwords of sign-ins, and the same work for a customer without a password. Outside of any transaction.
   * @param source prefix it comes from
   * @throws HashingBusy
   */
  abstract check(customerId: string, password: string, source: string): Promise<Reauthenticated>;
}

/** What a client works with (RFC 6749, 5.1). */
export interface TokenSet {
  /** A JWT, RFC 9068. */
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  /** Opaque; good once, for the next set. */
  readonly refreshToken: string;
  readonly scope: string;
}

/** As it goes out (RFC 6749, 5.1): the one place where its members get their RFC names. */
export const tokenResponse = ({ accessToken, expiresInSeconds, refreshToken, scope }: TokenSet) => ({
  access_token: accessToken,
  token_type: 'Bearer' as const,
  expires_in: expiresInSeconds,
  refresh_token: refreshToken,
  scope,
});

/** Signing in and out on behalf of other modules. */
export abstract class SignIns {
  /**
   * Opens a session for a customer who has just proven who he is. Null when he may not sign in.
   * @param source prefix it comes from
   */
  abstract open(customerId: string, source: string): Promise<TokenSet | null>;
  /**
   * Ends every session of the customer: no token of it is good any more. Inside the caller's unit of work.
   * @param by customer id of who ordered it
   */
  abstract endAll(customerId: string, by: string | null): Promise<void>;
  /**
   * Ends every session but this one, unless they were all ended since this generation: then false, and nothing is done.
   * Inside the caller's unit of work, where it locks the customer's subject.
   * @param source prefix it comes from
   */
  abstract endOthers(customerId: string, kept: string, generation: number, source: string): Promise<boolean>;
}

/** What is kept of how a customer signs in. Times are RFC 3339, UTC. Never a hash of a password or a token. */
export interface SignInRecord {
  readonly roles: readonly Role[];
  readonly hasPassword: boolean;
  /** Living and ended ones, until they are purged. */
  readonly sessions: readonly {
    readonly id: string;
    readonly createdAt: string;
    readonly usedAt: string;
    readonly expiresAt: string;
    readonly ended: boolean;
    readonly scope: string;
    readonly source: string;
  }[];
  readonly links: readonly {
    readonly id: string;
    readonly issuer: string;
    /** His name there. */
    readonly subject: string;
    readonly createdAt: string;
  }[];
  /** Source prefixes with a count of their own, because he has signed in from there. */
  readonly knownSources: readonly { readonly source: string; readonly until: string }[];
}

/** Tells a customer what is kept of him here. */
export abstract class SignInRecords {
  abstract of(customerId: string): Promise<SignInRecord>;
}

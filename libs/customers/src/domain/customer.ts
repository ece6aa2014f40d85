import type { Identifier } from '#kernel';

export type VerifiedBy = 'code' | 'event' | 'staff' | 'import';

/** A person whose identifier is proven. */
export interface Newcomer {
  readonly id: string;
  readonly identifier: Identifier;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly market: string;
  readonly locale: string;
  readonly verifiedBy: VerifiedBy;
  /** The attempt that was proven: a replay is recognised by it. */
  readonly attemptId: string;
  /** What `Credentials.hash` gave; null when there is no password. */
  readonly credential: string | null;
  /** The password was given by somebody else: it is good for setting a new one only. */
  readonly oneTime?: boolean;
  readonly isAdmin?: boolean;
}

export interface CustomerState {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: 'active' | 'suspended';
  readonly verifiedBy: VerifiedBy;
  /** The attempt whose proof made this customer. */
  readonly attemptId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Rises with every write. */
  readonly version: number;
}

/** Somebody the business knows. */
export class Customer {
  private constructor(private readonly state: CustomerState) {}

  static admit(newcomer: Newcomer, now: Date): Customer {
    const { id, identifier, firstName, lastName, market, locale, verifiedBy, attemptId } = newcomer;
    const email = identifier.kind === 'email' ? identifier.canonical : null;
    const phone = identifier.kind === 'phone' ? identifier.canonical : null;
    const person = { id, email, phone, firstName, lastName, market, locale, verifiedBy, attemptId };
    return new Customer({ ...person, attributes: {}, status: 'active', createdAt: now, updatedAt: now, version: 1 });
  }

  snapshot(): CustomerState {
    return this.state;
  }
}

import { type Identifier, readPersonName } from '#kernel';
import { type Attributes, acceptAttributes, merge } from './attributes.js';

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
  /** The record stays; nobody may sign in, and the identifier is free again. */
  readonly deletedAt: Date | null;
}

/** A JSON merge patch (RFC 7396) of what may be changed of a person: null takes away. */
export interface ProfileChange {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly market?: string;
  readonly locale?: string;
  readonly attributes?: Attributes | null;
}

/** Somebody the business knows. */
export class Customer {
  private constructor(private readonly state: CustomerState) {}

  static admit(newcomer: Newcomer, now: Date): Customer {
    const { id, identifier, firstName, lastName, market, locale, verifiedBy, attemptId } = newcomer;
    const email = identifier.kind === 'email' ? identifier.canonical : null;
    const phone = identifier.kind === 'phone' ? identifier.canonical : null;
    const person = { id, email, phone, firstName, lastName, market, locale, verifiedBy, attemptId };
    const fresh = { attributes: {}, status: 'active', version: 1, deletedAt: null } as const;
    return new Customer({ ...person, ...fresh, createdAt: now, updatedAt: now });
  }

  static restore(state: CustomerState): Customer {
    return new Customer(state);
  }

  get isDeleted(): boolean {
    return this.state.deletedAt !== null;
  }

  /**
   * The same customer when nothing would be different.
   * @throws InvalidInput for a name that nobody can read, or attributes beyond 4 KiB
   */
  change(change: ProfileChange, now: Date): Customer {
    const { state } = this;
    const profile = {
      firstName: nameOf('/firstName', change.firstName, state.firstName),
      lastName: nameOf('/lastName', change.lastName, state.lastName),
      market: change.market ?? state.market,
      locale: change.locale ?? state.locale,
      attributes:
        change.attributes === undefined
          ? state.attributes
          : acceptAttributes(merge(state.attributes, change.attributes)),
    };
    const changed = JSON.stringify({ ...state, ...profile }) !== JSON.stringify(state);
    return changed ? this.#next(profile, now) : this;
  }

  /** Something about him has changed that is kept elsewhere. */
  touch(now: Date): Customer {
    return this.#next({}, now);
  }

  /** The same customer when he has this status already. */
  putInto(status: CustomerState['status'], now: Date): Customer {
    return status === this.state.status ? this : this.#next({ status }, now);
  }

  delete(now: Date): Customer {
    return this.#next({ deletedAt: now }, now);
  }

  /** Takes a deletion back. */
  bringBack(now: Date): Customer {
    return this.#next({ deletedAt: null }, now);
  }

  #next(changes: Partial<CustomerState>, updatedAt: Date): Customer {
    return new Customer({ ...this.state, ...changes, updatedAt, version: this.state.version + 1 });
  }

  snapshot(): CustomerState {
    return this.state;
  }
}

function nameOf(pointer: string, typed: string | null | undefined, standing: string | null): string | null {
  if (typed === undefined) return standing;
  return typed === null ? null : readPersonName(pointer, typed);
}

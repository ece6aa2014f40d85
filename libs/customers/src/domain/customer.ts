import { Cpf, type Identifier, parseIdentifier, parsePersonName } from '#kernel';
import { type Attributes, applyMergePatch, validateAttributes } from './attributes.js';
import { NoDocument } from './errors.js';

export type VerifiedBy = 'code' | 'event' | 'staff' | 'import';

/** A person whose identifier is proven. */
export interface NewCustomer {
  readonly id: string;
  readonly identifier: Identifier;
  /** A second one, of the other kind. */
  readonly also?: Identifier;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A CPF, bare or punctuated. */
  readonly document?: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes?: Attributes;
  readonly verifiedBy: VerifiedBy;
  /** Active unless it is said. */
  readonly status?: CustomerState['status'];
  /** Elsewhere, before; now unless it is said. */
  readonly createdAt?: Date;
  /** The attempt that was proven, or the request or import that vouched: a replay is recognised by it. */
  readonly attemptId: string;
  /** What `Credentials.hash` gave; null when there is no password. */
  readonly credential: string | null;
  /** The password was given by somebody else: it is good for setting a new one only. */
  readonly oneTime?: boolean;
  readonly isAdmin?: boolean;
}

/** A number of the Brazilian register of persons: a claim until staff have seen it on paper. */
export interface PersonDocument {
  /** Of a `Cpf`, canonical. */
  readonly number: string;
  /** Only then it is his alone, and he may sign in with it. */
  readonly confirmed: boolean;
}

export interface CustomerState {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly document: PersonDocument | null;
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
  /** A CPF, bare or punctuated. */
  readonly document?: string | null;
  readonly market?: string;
  readonly locale?: string;
  readonly attributes?: Attributes | null;
  /** Take the place of all there were. */
  readonly allAttributes?: Attributes;
}

/** Somebody the business knows. */
export class Customer {
  private constructor(private readonly state: CustomerState) {}

  static create(newCustomer: NewCustomer, now: Date): Customer {
    const canonical = (kind: Identifier['kind']) =>
      [newCustomer.identifier, newCustomer.also].find((one) => one?.kind === kind)?.canonical ?? null;
    return new Customer({
      id: newCustomer.id,
      email: canonical('email'),
      phone: canonical('phone'),
      firstName: newCustomer.firstName,
      lastName: newCustomer.lastName,
      document: resolveDocument(newCustomer.document ?? null, null),
      market: newCustomer.market,
      locale: newCustomer.locale,
      attributes: validateAttributes(newCustomer.attributes ?? {}),
      status: newCustomer.status ?? 'active',
      verifiedBy: newCustomer.verifiedBy,
      attemptId: newCustomer.attemptId,
      createdAt: newCustomer.createdAt ?? now,
      updatedAt: now,
      version: 1,
      deletedAt: null,
    });
  }

  static fromSnapshot(state: CustomerState): Customer {
    return new Customer(state);
  }

  get id(): string {
    return this.state.id;
  }

  get isDeleted(): boolean {
    return this.state.deletedAt !== null;
  }

  /** A tombstone: nothing is known of him. Every other customer, also a deleted one, has an e-mail address or a number. */
  get isErased(): boolean {
    return this.isDeleted && this.knownIdentifiers.length === 0;
  }

  /** That are his and nobody else's: none once he is deleted. */
  get identifiers(): readonly Identifier[] {
    return this.isDeleted ? [] : this.knownIdentifiers;
  }

  /** That are his, or were his when he was deleted. */
  get knownIdentifiers(): readonly Identifier[] {
    const { email, phone, market } = this.state;
    return [email, phone].filter((one) => one !== null).map((one) => parseIdentifier(one, market));
  }

  /**
   * The same customer when nothing would be different.
   * @throws InvalidInput for a name that nobody can read, what is no CPF, or attributes beyond 4 KiB
   */
  changeProfile(change: ProfileChange, now: Date): Customer {
    const { state } = this;
    const profile = {
      firstName: resolveName('/firstName', change.firstName, state.firstName),
      lastName: resolveName('/lastName', change.lastName, state.lastName),
      document: resolveDocument(change.document, state.document),
      market: change.market ?? state.market,
      locale: change.locale ?? state.locale,
      attributes: resolveAttributes(change, state.attributes),
    };
    const changed = JSON.stringify({ ...state, ...profile }) !== JSON.stringify(state);
    return changed ? this.#next(profile, now) : this;
  }

  /** He has proven this one: it takes the place of what he had of its kind, or stands beside the other. */
  setIdentifier({ kind, canonical }: Identifier, now: Date): Customer {
    return this.#next({ [kind]: canonical }, now);
  }

  /** Something about him has changed that is kept elsewhere. */
  incrementVersion(now: Date): Customer {
    return this.#next({}, now);
  }

  /** The same customer when he has this status already. */
  setStatus(status: CustomerState['status'], now: Date): Customer {
    return status === this.state.status ? this : this.#next({ status }, now);
  }

  /**
   * Somebody has seen it on paper. The same customer when that was done before.
   * @throws NoDocument
   */
  confirmDocument(now: Date): Customer {
    const { document } = this.state;
    if (!document) throw new NoDocument();
    return document.confirmed ? this : this.#next({ document: { ...document, confirmed: true } }, now);
  }

  /** His document is a claim again: another may be confirmed with it meanwhile. */
  delete(now: Date): Customer {
    const document = this.state.document && { ...this.state.document, confirmed: false };
    return this.#next({ document, deletedAt: now }, now);
  }

  /** Takes a deletion back. */
  restore(now: Date): Customer {
    return this.#next({ deletedAt: null }, now);
  }

  /** Nothing of the person stays but the id, which is never given again. */
  erase(now: Date): Customer {
    const emptyProfile = { email: null, phone: null, firstName: null, lastName: null, document: null };
    return this.#next({ ...emptyProfile, locale: 'und', attributes: {}, deletedAt: this.state.deletedAt ?? now }, now);
  }

  #next(changes: Partial<CustomerState>, updatedAt: Date): Customer {
    return new Customer({ ...this.state, ...changes, updatedAt, version: this.state.version + 1 });
  }

  snapshot(): CustomerState {
    return this.state;
  }
}

function resolveAttributes({ attributes, allAttributes }: ProfileChange, current: Attributes): Attributes {
  if (allAttributes !== undefined) return validateAttributes(allAttributes);
  return attributes === undefined ? current : validateAttributes(applyMergePatch(current, attributes));
}

/** Another number is a claim again; another spelling is no other number. */
function resolveDocument(typed: string | null | undefined, current: PersonDocument | null): PersonDocument | null {
  if (typed === undefined) return current;
  if (typed === null) return null;
  const { canonical: number } = Cpf.parse(typed);
  return number === current?.number ? current : { number, confirmed: false };
}

function resolveName(pointer: string, typed: string | null | undefined, current: string | null): string | null {
  if (typed === undefined) return current;
  return typed === null ? null : parsePersonName(pointer, typed);
}

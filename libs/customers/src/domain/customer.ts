import { Cpf, type Identifier, parseIdentifier, parsePersonName } from '#kernel';
import { type Attributes, applyMergePatch, validateAttributes } from './attributes.js';
import { NoDocument } from './errors.js';

export type VerifiedBy = 'code' | 'event' | 'staff' | 'import';

/** A customer to create. The identifier is verified. */
export interface NewCustomer {
  readonly id: string;
  readonly identifier: Identifier;
  /** A second identifier of the other kind. */
  readonly also?: Identifier;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A CPF, bare or punctuated. */
  readonly document?: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes?: Attributes;
  readonly verifiedBy: VerifiedBy;
  /** Defaults to `active`. */
  readonly status?: CustomerState['status'];
  /** Creation time in another system. Defaults to now. */
  readonly createdAt?: Date;
  /** Id of the attempt, request or import that creates the customer. It identifies a replay. */
  readonly attemptId: string;
  /** The result of `Credentials.hash`; null when there is no password. */
  readonly credential: string | null;
  /** The password can only be used to set a new one. */
  readonly oneTime?: boolean;
  readonly isAdmin?: boolean;
}

/** A Brazilian CPF number. It is unconfirmed until staff have seen the document. */
export interface PersonDocument {
  /** The canonical form of a `Cpf`. */
  readonly number: string;
  /** A confirmed document is unique and can be used to sign in. */
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
  /** Id of the attempt, request or import that created the customer. */
  readonly attemptId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Increases with every write. */
  readonly version: number;
  /** A deleted customer cannot sign in, and the identifier is free again. */
  readonly deletedAt: Date | null;
}

/** A JSON merge patch (RFC 7396) of the profile. Null removes a value. */
export interface ProfileChange {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  /** A CPF, bare or punctuated. */
  readonly document?: string | null;
  readonly market?: string;
  readonly locale?: string;
  readonly attributes?: Attributes | null;
  /** Replaces all attributes. */
  readonly allAttributes?: Attributes;
}

export class Customer {
  private constructor(private readonly state: CustomerState) {}

  static create(newCustomer: NewCustomer, now: Date): Customer {
    const canonical = (kind: Identifier['kind']) =>
      [newCustomer.identifier, newCustomer.also].find((identifier) => identifier?.kind === kind)?.canonical ?? null;
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

  /** An erased customer is a tombstone without identifiers. Every other customer has at least one, even when deleted. */
  get isErased(): boolean {
    return this.isDeleted && this.knownIdentifiers.length === 0;
  }

  /** The identifiers that the customer owns. A deleted customer owns none. */
  get identifiers(): readonly Identifier[] {
    return this.isDeleted ? [] : this.knownIdentifiers;
  }

  /** Includes the identifiers that a deleted customer had. */
  get knownIdentifiers(): readonly Identifier[] {
    const { email, phone, market } = this.state;
    return [email, phone].filter((value) => value !== null).map((value) => parseIdentifier(value, market));
  }

  /**
   * Returns the same instance when nothing changes.
   * @throws InvalidInput for an unreadable name, an invalid CPF, or attributes above 4 KiB
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

  /** Sets a verified identifier. It replaces the previous one of its kind. */
  setIdentifier({ kind, canonical }: Identifier, now: Date): Customer {
    return this.#next({ [kind]: canonical }, now);
  }

  /** Records a change of data that another module stores. */
  incrementVersion(now: Date): Customer {
    return this.#next({}, now);
  }

  /** Returns the same instance when the status does not change. */
  setStatus(status: CustomerState['status'], now: Date): Customer {
    return status === this.state.status ? this : this.#next({ status }, now);
  }

  /**
   * Staff have seen the document. Returns the same instance when it is confirmed already.
   * @throws NoDocument
   */
  confirmDocument(now: Date): Customer {
    const { document } = this.state;
    if (!document) throw new NoDocument();
    return document.confirmed ? this : this.#next({ document: { ...document, confirmed: true } }, now);
  }

  /** Resets the confirmation of the document, because another customer can confirm the number meanwhile. */
  delete(now: Date): Customer {
    const document = this.state.document && { ...this.state.document, confirmed: false };
    return this.#next({ document, deletedAt: now }, now);
  }

  restore(now: Date): Customer {
    return this.#next({ deletedAt: null }, now);
  }

  /** Removes all personal data. The id remains and is never reused. */
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

/** A new number is unconfirmed. A new spelling of the same number changes nothing. */
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

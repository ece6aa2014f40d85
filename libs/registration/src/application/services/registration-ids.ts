import type { CustomerDirectory } from '#customers';
import type { Identifier, IdentifierHasher, Ids } from '#kernel';
import type { RegistrationKeys } from '../ports.js';

/** The customer id that an identifier has or will get. Clients see another id: `OpaqueRegistrationIds`. */
export interface RegistrationId {
  readonly customerId: string;
  /** The identifier belongs to a customer. */
  readonly taken: boolean;
  /** The outdated id of the key: it is or was used by another customer. */
  readonly lost: string | null;
  /** The id was just generated, because the identifier had none. */
  readonly provisional: boolean;
}

/** Resolves customer ids. An id exists before its customer, is the same for every attempt, and is never reused for another person. */
export class RegistrationIds {
  constructor(
    private readonly keys: RegistrationKeys,
    private readonly directory: CustomerDirectory,
    private readonly identifiers: IdentifierHasher,
    private readonly ids: Ids,
  ) {}

  async resolveId(identifier: Identifier): Promise<RegistrationId> {
    const key = await this.keys.find(this.identifiers.candidates(identifier));
    const keyed = key?.customerId ?? null;
    const { holderId, idIsUsed } = await this.directory.checkAvailability(identifier, keyed);
    if (holderId !== null)
      return { customerId: holderId, taken: true, lost: keyed === holderId ? null : keyed, provisional: false };
    if (keyed !== null && !idIsUsed) return { customerId: keyed, taken: false, lost: null, provisional: false };
    return { customerId: this.ids.opaque(), taken: false, lost: keyed, provisional: keyed === null };
  }
}

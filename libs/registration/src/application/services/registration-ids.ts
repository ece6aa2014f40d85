import type { CustomerDirectory } from '#customers';
import type { Identifier, IdentifierHasher, Ids } from '#kernel';
import type { RegistrationKeys } from '../ports.js';

/** The customer id that an identifier has, or will get. Callers see another one: `OpaqueRegistrationIds`. */
export interface RegistrationId {
  readonly customerId: string;
  /** The identifier is a customer's now. */
  readonly taken: boolean;
  /** The id that its key still points to, although somebody else was or is that customer. */
  readonly lost: string | null;
  /** Drawn at this moment, because the identifier had none. */
  readonly provisional: boolean;
}

/** The id exists before the customer does, and is the same for every attempt; it is never handed to another person. */
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

import { type Identifier, type IdentifierHasher, uuidFromHash } from '#kernel';

/**
 * The id that callers see before proof. It follows from the identifier alone (HMAC-SHA-256 under the first key of
 * `IDENTIFIER_SECRET`, in a namespace of its own), so it says nothing of who is a customer, and stays whatever becomes of the
 * identifier.
 */
export class OpaqueRegistrationIds {
  constructor(private readonly identifiers: IdentifierHasher) {}

  of(identifier: Identifier): string {
    return uuidFromHash(this.identifiers.hash({ key: `registration:${identifier.key}` }));
  }
}

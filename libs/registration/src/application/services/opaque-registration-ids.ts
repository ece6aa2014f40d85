import { type Identifier, type IdentifierHasher, uuidFromHash } from '#kernel';

/**
 * The id that clients see before proof. It is derived from the identifier alone (HMAC-SHA-256 under the first key of
 * `IDENTIFIER_SECRET`, in its own namespace). It does not reveal who is a customer, and stays the same when the identifier changes
 * owners.
 */
export class OpaqueRegistrationIds {
  constructor(private readonly identifiers: IdentifierHasher) {}

  of(identifier: Identifier): string {
    return uuidFromHash(this.identifiers.hash({ key: `registration:${identifier.key}` }));
  }
}

/** `<namespace>:<canonical text>` of an e-mail address, a phone number, a document … */
export interface Keyed {
  readonly key: string;
}

/**
 * Identifiers are looked up and kept unique by a keyed hash of 64 lower-case hex characters. No collation can merge two
 * identifiers, and a table of registration keys does not reveal addresses. HMAC-SHA-256 under `IDENTIFIER_SECRET`, over the key
 * in its typed namespace: a CPF and a phone number with the same digits have unrelated hashes.
 */
export abstract class IdentifierHasher {
  /** The hash to write. */
  abstract hash(identifier: Keyed): string;
  /** The hashes to look up: one per key of the ring, the writing key first. */
  abstract candidates(identifier: Keyed): readonly string[];
}

/** `<namespace>:<canonical text>` of an e-mail address, a phone number, a document … */
export interface Keyed {
  readonly key: string;
}

/**
 * Identifiers are looked up and kept unique by a keyed hash, 64 lower-case hex characters, so that no collation merges two
 * people and no table of registration keys is a list of addresses. HMAC-SHA-256 under `IDENTIFIER_SECRET`,
 * over the key in its typed namespace: a CPF and a phone number of the same digits have nothing in common.
 */
export abstract class IdentifierHasher {
  /** The hash to write. */
  abstract hash(identifier: Keyed): string;
  /** The hashes to look for: one per key of the ring, the one to write first. */
  abstract candidates(identifier: Keyed): readonly string[];
}

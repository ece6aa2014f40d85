import { type Identifier, type IdentifierHasher, InvalidInput, uuidFromHash } from '#kernel';
import type { Newcomer } from '../domain/customer.js';
import { importKey } from '../domain/imported-id.js';
import { readVouched, type VouchedFor } from './vouched-for.js';

/** A line of an import, its types checked: what staff may vouch for, and what another system knows besides. */
export interface ImportedLine extends VouchedFor {
  /** A UUIDv4 to keep. */
  readonly id?: string;
  /** The name of the customer in the other system, 1 to 200 characters: the id follows from it. */
  readonly externalId?: string;
  readonly status?: 'active' | 'suspended';
  /** RFC 3339 */
  readonly createdAt?: string;
  /** See `CredentialTransfer.accept`. */
  readonly passwordHash?: string | null;
}

/** Hashed once: an import does it a million times. */
export interface HashedIdentifier {
  readonly identifier: Identifier;
  /** One per key of the ring, the one to write first. */
  readonly hashes: readonly string[];
}

/** The same, acceptable and in canonical form; still without a password. */
export interface Imported {
  readonly newcomer: Omit<Newcomer, 'attemptId' | 'credential'>;
  readonly names: readonly HashedIdentifier[];
  /** Ids that an earlier import may have given him: one per key of the ring, the one to give first. */
  readonly ids: readonly string[];
  /** What is compared with somebody who is there. */
  readonly says: { readonly status: boolean; readonly createdAt: boolean };
}

/** @throws InvalidInput */
export function readImported(
  typed: ImportedLine,
  defaultMarket: string,
  hasher: IdentifierHasher,
  now: Date,
): Imported {
  const vouched = readVouched(typed, defaultMarket);
  const { status, createdAt } = typed;
  const since = createdAt === undefined ? undefined : new Date(createdAt);
  if (since && since > now) throw InvalidInput.at('/createdAt', 'import.in_the_future', 'must not be in the future');
  const ids = idsOf(typed, vouched.identifier.key, hasher);
  return {
    newcomer: {
      ...vouched,
      ...{ id: ids[0] ?? '', verifiedBy: 'import' },
      ...(status && { status }),
      ...(since && { createdAt: since }),
    },
    names: [vouched.identifier, vouched.also]
      .filter((one) => one !== undefined)
      .map((identifier) => ({ identifier, hashes: hasher.candidates(identifier) })),
    ids,
    says: { status: status !== undefined, createdAt: createdAt !== undefined },
  };
}

/** In the absence of any other name an identifier is one. */
function idsOf({ id, externalId }: ImportedLine, identifierKey: string, hasher: IdentifierHasher): readonly string[] {
  if (id !== undefined) return [id];
  return hasher.candidates(importKey(externalId === undefined ? identifierKey : `id:${externalId}`)).map(uuidFromHash);
}

import { type Identifier, type IdentifierHasher, InvalidInput, uuidFromHash } from '#kernel';
import type { NewCustomer } from '../../domain/customer.js';
import { importKey } from '../../domain/import-key.js';
import { parseStaffCreatedCustomer, type StaffCreatedCustomerInput } from './staff-created-customer.js';

/** A line of an import, its types checked: what staff may vouch for, and what another system knows besides. */
export interface ImportLine extends StaffCreatedCustomerInput {
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
export interface ImportCandidate {
  readonly newCustomer: Omit<NewCustomer, 'attemptId' | 'credential'>;
  readonly identifiers: readonly HashedIdentifier[];
  /** Ids that an earlier import may have given him: one per key of the ring, the one to give first. */
  readonly candidateIds: readonly string[];
  /** What is compared with somebody who is there. */
  readonly specified: { readonly status: boolean; readonly createdAt: boolean };
}

/** @throws InvalidInput */
export function parseImportCandidate(
  line: ImportLine,
  defaultMarket: string,
  hasher: IdentifierHasher,
  now: Date,
): ImportCandidate {
  const staffCreated = parseStaffCreatedCustomer(line, defaultMarket);
  const { status, createdAt } = line;
  const createdSince = createdAt === undefined ? undefined : new Date(createdAt);
  if (createdSince && createdSince > now)
    throw InvalidInput.at('/createdAt', 'import.in_the_future', 'must not be in the future');
  const ids = candidateIdsOf(line, staffCreated.identifier.key, hasher);
  return {
    newCustomer: {
      ...staffCreated,
      ...{ id: ids[0] ?? '', verifiedBy: 'import' },
      ...(status && { status }),
      ...(createdSince && { createdAt: createdSince }),
    },
    identifiers: [staffCreated.identifier, staffCreated.also]
      .filter((one) => one !== undefined)
      .map((identifier) => ({ identifier, hashes: hasher.candidates(identifier) })),
    candidateIds: ids,
    specified: { status: status !== undefined, createdAt: createdAt !== undefined },
  };
}

/** In the absence of any other name an identifier is one. */
function candidateIdsOf(
  { id, externalId }: ImportLine,
  identifierKey: string,
  hasher: IdentifierHasher,
): readonly string[] {
  if (id !== undefined) return [id];
  return hasher.candidates(importKey(externalId === undefined ? identifierKey : `id:${externalId}`)).map(uuidFromHash);
}

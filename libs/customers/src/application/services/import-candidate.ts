import { type Identifier, type IdentifierHasher, InvalidInput, uuidFromHash } from '#kernel';
import type { NewCustomer } from '../../domain/customer.js';
import { importKey } from '../../domain/import-key.js';
import { parseStaffCreatedCustomer, type StaffCreatedCustomerInput } from './staff-created-customer.js';

/** A line of an import with validated types: the input of staff and the fields of another system. */
export interface ImportLine extends StaffCreatedCustomerInput {
  /** The UUIDv4 of the customer. */
  readonly id?: string;
  /** The id of the customer in the other system, 1 to 200 characters. The customer id is derived from it. */
  readonly externalId?: string;
  readonly status?: 'active' | 'suspended';
  /** RFC 3339 */
  readonly createdAt?: string;
  /** See `CredentialTransfer.importPasswordHash`. */
  readonly passwordHash?: string | null;
}

/** Caches the hashes, because an import needs them for every line. */
export interface HashedIdentifier {
  readonly identifier: Identifier;
  /** One per key of the key ring, the current key first. */
  readonly hashes: readonly string[];
}

/** A validated line in canonical form, without a password. */
export interface ImportCandidate {
  readonly newCustomer: Omit<NewCustomer, 'attemptId' | 'credential'>;
  readonly identifiers: readonly HashedIdentifier[];
  /** Ids that an earlier import may have assigned: one per key of the key ring, the current key first. */
  readonly candidateIds: readonly string[];
  /** Optional fields that are compared with an existing customer. */
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
  const createdAtDate = createdAt === undefined ? undefined : new Date(createdAt);
  if (createdAtDate && createdAtDate > now)
    throw InvalidInput.at('/createdAt', 'import.in_the_future', 'must not be in the future');
  const ids = candidateIdsOf(line, staffCreated.identifier.key, hasher);
  return {
    newCustomer: {
      ...staffCreated,
      ...{ id: ids[0] ?? '', verifiedBy: 'import' },
      ...(status && { status }),
      ...(createdAtDate && { createdAt: createdAtDate }),
    },
    identifiers: [staffCreated.identifier, staffCreated.also]
      .filter((identifier) => identifier !== undefined)
      .map((identifier) => ({ identifier, hashes: hasher.candidates(identifier) })),
    candidateIds: ids,
    specified: { status: status !== undefined, createdAt: createdAt !== undefined },
  };
}

/** Without an id or external id, the id is derived from the identifier. */
function candidateIdsOf(
  { id, externalId }: ImportLine,
  identifierKey: string,
  hasher: IdentifierHasher,
): readonly string[] {
  if (id !== undefined) return [id];
  return hasher.candidates(importKey(externalId === undefined ? identifierKey : `id:${externalId}`)).map(uuidFromHash);
}

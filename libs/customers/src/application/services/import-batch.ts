import { type Fault, InvalidInput } from '#kernel';
import { Customer } from '../../domain/customer.js';
import type { CustomerBatches, HashedCustomer } from '../transfer-ports.js';
import type { ImportCandidate } from './import-candidate.js';
import { findImportDifference } from './import-difference.js';

/** The outcome of an imported line. */
export type LineOutcome =
  | { readonly outcome: 'created' }
  /** The customer exists already and equals the line. */
  | { readonly outcome: 'there' }
  | { readonly outcome: 'refused'; readonly faults: readonly Fault[] };

export const rejectLine = (pointer: string, code: string, detail: string): LineOutcome => ({
  outcome: 'refused',
  faults: [{ pointer, code, detail }],
});

export interface CustomerToCreate extends HashedCustomer {
  readonly imported: ImportCandidate;
}

/** Decides which lines of a batch are new, exist already or conflict with another customer. Writes nothing. */
export class ImportBatch {
  readonly customersToCreate: CustomerToCreate[] = [];
  readonly #existing = new Map<string, Customer>();
  readonly #takenHashes = new Set<string>();

  private constructor(
    private readonly runId: string,
    private readonly now: Date,
  ) {}

  static async load(
    candidates: readonly ImportCandidate[],
    batches: CustomerBatches,
    runId: string,
    now: Date,
  ): Promise<ImportBatch> {
    const batch = new ImportBatch(runId, now);
    const found = await batches.findByIds(candidates.flatMap(({ candidateIds }) => candidateIds));
    for (const customer of found) batch.#existing.set(customer.id, customer);
    for (const kind of ['email', 'phone'] as const) {
      const identifiers = candidates
        .flatMap((candidate) => candidate.identifiers)
        .filter(({ identifier }) => identifier.kind === kind);
      const hashes = identifiers.flatMap((identifier) => identifier.hashes);
      for (const hash of await batches.findTakenHashes(kind, hashes)) batch.#takenHashes.add(hash);
    }
    return batch;
  }

  /** @throws InvalidInput */
  decideOutcome(candidate: ImportCandidate): LineOutcome {
    const { newCustomer, identifiers, candidateIds, specified } = candidate;
    const customer = Customer.create({ ...newCustomer, attemptId: this.runId, credential: null }, this.now);
    const existing = candidateIds.map((id) => this.#existing.get(id)).find((customer) => customer !== undefined);
    if (existing) return compareWithExisting(existing, customer, specified);
    const taken = identifiers.find(({ hashes }) => hashes.some((hash) => this.#takenHashes.has(hash)));
    if (taken)
      return rejectLine(`/${taken.identifier.kind}`, 'customer.identifier_taken', 'belongs to another customer');
    this.#existing.set(customer.id, customer);
    for (const { hashes } of identifiers) for (const hash of hashes) this.#takenHashes.add(hash);
    const firstHashOf = (kind: 'email' | 'phone') =>
      identifiers.find(({ identifier }) => identifier.kind === kind)?.hashes[0] ?? null;
    this.customersToCreate.push({
      imported: candidate,
      customer,
      hashes: { email: firstHashOf('email'), phone: firstHashOf('phone') },
    });
    return { outcome: 'created' };
  }
}

function compareWithExisting(
  existing: Customer,
  imported: Customer,
  specified: ImportCandidate['specified'],
): LineOutcome {
  if (existing.isDeleted)
    return rejectLine('/id', 'import.deleted', 'was a customer and was deleted: an import brings nobody back');
  const pointer = findImportDifference(existing.snapshot(), imported.snapshot(), specified);
  if (pointer === null) return { outcome: 'there' };
  return rejectLine(pointer, 'import.differs', 'is a customer already and differs here: an import changes nobody');
}

/** Runs a step of a line and returns invalid input as the outcome of the line. */
export function toLineOutcome<T>(step: () => T): T | LineOutcome {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidInput) return { outcome: 'refused', faults: error.faults };
    throw error;
  }
}

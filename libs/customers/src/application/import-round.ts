import { type Fault, InvalidInput } from '#kernel';
import { Customer } from '../domain/customer.js';
import { difference } from './difference.js';
import type { Imported } from './imported.js';
import type { CustomerCrowds, Hashed } from './transfer-ports.js';

/** What becomes of a line. */
export type LineOutcome =
  | { readonly outcome: 'created' }
  /** By an earlier run, and nothing is different. */
  | { readonly outcome: 'there' }
  | { readonly outcome: 'refused'; readonly faults: readonly Fault[] };

export const refused = (pointer: string, code: string, detail: string): LineOutcome => ({
  outcome: 'refused',
  faults: [{ pointer, code, detail }],
});

export interface Admitted extends Hashed {
  readonly imported: Imported;
}

/** Decides about some lines: who is new, who is there, and whose place somebody has. Changes nothing. */
export class ImportRound {
  readonly admitted: Admitted[] = [];
  readonly #there = new Map<string, Customer>();
  readonly #held = new Set<string>();

  private constructor(
    private readonly run: string,
    private readonly now: Date,
  ) {}

  static async open(people: readonly Imported[], crowds: CustomerCrowds, run: string, now: Date): Promise<ImportRound> {
    const round = new ImportRound(run, now);
    const found = await crowds.byIds(people.flatMap(({ ids }) => ids));
    for (const customer of found) round.#there.set(customer.id, customer);
    for (const kind of ['email', 'phone'] as const) {
      const names = people.flatMap((one) => one.names).filter(({ identifier }) => identifier.kind === kind);
      const hashes = names.flatMap((one) => one.hashes);
      for (const hash of await crowds.held(kind, hashes)) round.#held.add(hash);
    }
    return round;
  }

  /** @throws InvalidInput */
  decide(imported: Imported): LineOutcome {
    const { newcomer, names, ids, says } = imported;
    const customer = Customer.admit({ ...newcomer, attemptId: this.run, credential: null }, this.now);
    const there = ids.map((id) => this.#there.get(id)).find((one) => one !== undefined);
    if (there) return beside(there, customer, says);
    const taken = names.find(({ hashes }) => hashes.some((hash) => this.#held.has(hash)));
    if (taken) return refused(`/${taken.identifier.kind}`, 'customer.identifier_taken', 'belongs to another customer');
    this.#there.set(customer.id, customer);
    for (const { hashes } of names) for (const hash of hashes) this.#held.add(hash);
    const written = (kind: 'email' | 'phone') =>
      names.find(({ identifier }) => identifier.kind === kind)?.hashes[0] ?? null;
    this.admitted.push({ imported, customer, hashes: { email: written('email'), phone: written('phone') } });
    return { outcome: 'created' };
  }
}

function beside(there: Customer, customer: Customer, says: Imported['says']): LineOutcome {
  if (there.isDeleted)
    return refused('/id', 'import.deleted', 'was a customer and was deleted: an import brings nobody back');
  const pointer = difference(there.snapshot(), customer.snapshot(), says);
  if (pointer === null) return { outcome: 'there' };
  return refused(pointer, 'import.differs', 'is a customer already and differs here: an import changes nobody');
}

/** Runs a step of a line; what is wrong with the line is its outcome. */
export function outcomeOf<T>(step: () => T): T | LineOutcome {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidInput) return { outcome: 'refused', faults: error.faults };
    throw error;
  }
}

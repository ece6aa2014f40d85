import { DuplicateKey } from '#platform';
import { Subjects } from '../application/ports.js';
import { Subject, type SubjectState } from '../domain/subject.js';

/** Passes the contract of `Subjects`, without a transaction to join. */
export class InMemorySubjects extends Subjects {
  readonly #states = new Map<string, SubjectState>();
  readonly #ids = new Map<string, string>();

  override async add(subject: Subject, identifierHash: string): Promise<void> {
    const state = subject.snapshot();
    if (this.#states.has(state.customerId) || this.#ids.has(identifierHash)) throw new DuplicateKey();
    this.#states.set(state.customerId, state);
    this.#ids.set(identifierHash, state.customerId);
  }

  override async byIdentifier(identifierHashes: readonly string[]): Promise<Subject | null> {
    const id = identifierHashes.map((hash) => this.#ids.get(hash)).find((found) => found !== undefined);
    const state = this.#states.get(id ?? '');
    return state ? Subject.restore(state) : null;
  }
}

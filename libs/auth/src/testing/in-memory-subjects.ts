import { DuplicateKey } from '#platform/database';
import { type NamedSubject, Subjects } from '../application/ports.js';
import { type Role, Subject, type SubjectState } from '../domain/subject.js';

/** Passes the contract of `Subjects`, without transactions. */
export class InMemorySubjects extends Subjects {
  readonly #states = new Map<string, SubjectState>();
  readonly #ids = new Map<string, string>();
  readonly #sequences = new Map<string, number>();

  override async add(subject: Subject, identifierHash: string): Promise<void> {
    const state = subject.snapshot();
    if (this.#states.has(state.customerId) || this.#ids.has(identifierHash)) throw new DuplicateKey();
    this.#states.set(state.customerId, state);
    this.#ids.set(identifierHash, state.customerId);
  }

  override async addAll(subjects: readonly NamedSubject[]): Promise<void> {
    for (const { subject, names } of subjects) {
      const [first = '', ...others] = names;
      await this.add(subject, first);
      for (const name of others) await this.addIdentifier(subject.snapshot().customerId, name);
    }
  }

  override async findByIds(customerIds: readonly string[]): Promise<readonly Subject[]> {
    return (await Promise.all(customerIds.map((id) => this.findById(id)))).filter((subject) => subject !== null);
  }

  override async findByIdentifierHashes(identifierHashes: readonly string[]): Promise<Subject | null> {
    return this.findById(
      identifierHashes.map((hash) => this.#ids.get(hash)).find((found) => found !== undefined) ?? '',
    );
  }

  override async findById(customerId: string): Promise<Subject | null> {
    const state = this.#states.get(customerId);
    return state ? Subject.restore(state) : null;
  }

  override async replaceCredential(
    customerId: string,
    read: string | null,
    credential: string,
    oneTime: boolean,
  ): Promise<boolean> {
    if (this.#states.get(customerId)?.credential !== read) return false;
    this.change(customerId, { credential, oneTime });
    return true;
  }

  override async setRoles(customerId: string, roles: readonly Role[]): Promise<void> {
    this.change(customerId, { roles });
  }

  override async setStatus(customerId: string, status: SubjectState['status']): Promise<void> {
    this.change(customerId, { status });
  }

  override async addIdentifier(customerId: string, identifierHash: string): Promise<void> {
    if (this.#ids.has(identifierHash)) throw new DuplicateKey();
    this.#ids.set(identifierHash, customerId);
  }

  override async removeIdentifiers(customerId: string): Promise<void> {
    for (const [hash, id] of this.#ids) if (id === customerId) this.#ids.delete(hash);
  }

  override async removeIdentifier(customerId: string, identifierHashes: readonly string[]): Promise<void> {
    for (const hash of identifierHashes) if (this.#ids.get(hash) === customerId) this.#ids.delete(hash);
  }

  override async anyActiveHasRole(role: Role): Promise<boolean> {
    return [...this.#states.values()].some(({ roles, status }) => status === 'active' && roles.includes(role));
  }

  override lockById(customerId: string): Promise<Subject | null> {
    return this.findById(customerId);
  }

  override async hasOtherAdministrator(besides: string): Promise<boolean> {
    return [...this.#states.values()].some(
      ({ customerId, roles, status, credential }) =>
        customerId !== besides && status === 'active' && credential !== null && roles.includes('admin'),
    );
  }

  override async lockIfCurrent(customerId: string, generation: number): Promise<boolean> {
    const state = this.#states.get(customerId);
    return state?.status === 'active' && state.generation === generation;
  }

  override async incrementGeneration(customerId: string): Promise<number> {
    const generation = (this.#states.get(customerId)?.generation ?? 0) + 1;
    this.change(customerId, { generation });
    return generation;
  }

  override async nextSequence(customerId: string): Promise<number> {
    const next = (this.#sequences.get(customerId) ?? 0) + 1;
    this.#sequences.set(customerId, next);
    return next;
  }

  change(customerId: string, changes: Partial<SubjectState>): void {
    const state = this.#states.get(customerId);
    if (state) this.#states.set(customerId, { ...state, ...changes });
  }
}

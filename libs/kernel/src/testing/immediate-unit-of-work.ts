import { TransactionConflict, UnitOfWork } from '../index.js';

const TRIES = 3;

/** State that a unit of work can roll back. */
export interface Participant {
  /** Returns a function that restores the current state. */
  checkpoint(): () => void;
}

/**
 * Runs the work at once, and again after a conflict. Any error rolls back every participant. The test must run one unit at a
 * time.
 */
export class ImmediateUnitOfWork extends UnitOfWork {
  readonly #participants: readonly Participant[];

  constructor(...participants: readonly Participant[]) {
    super();
    this.#participants = participants;
  }

  override async run<T>(work: () => Promise<T>): Promise<T> {
    for (let n = 1; ; n++) {
      const rollbacks = this.#participants.map((participant) => participant.checkpoint());
      try {
        return await work();
      } catch (error) {
        for (const rollback of rollbacks) rollback();
        if (!(error instanceof TransactionConflict) || n === TRIES) throw error;
      }
    }
  }
}

/** Returns a function that restores the current entries of a map. */
export function restoring<Key, Value>(map: Map<Key, Value>): () => void {
  const entries = [...map];
  return () => {
    map.clear();
    for (const [key, value] of entries) map.set(key, value);
  };
}

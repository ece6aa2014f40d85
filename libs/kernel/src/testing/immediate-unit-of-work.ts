import { TransactionConflict, UnitOfWork } from '../index.js';

const TRIES = 3;

/** Something a unit of work can roll back. */
export interface Participant {
  /** Returns the way back to the state of now. */
  checkpoint(): () => void;
}

/**
 * Does the work at once, and again after a conflict. Whatever it throws takes every participant back; one unit at a time: the
 * test sees to that.
 */
export class ImmediateUnitOfWork extends UnitOfWork {
  readonly #participants: readonly Participant[];

  constructor(...participants: readonly Participant[]) {
    super();
    this.#participants = participants;
  }

  override async run<T>(work: () => Promise<T>): Promise<T> {
    for (let n = 1; ; n++) {
      const undo = this.#participants.map((participant) => participant.checkpoint());
      try {
        return await work();
      } catch (error) {
        for (const back of undo) back();
        if (!(error instanceof TransactionConflict) || n === TRIES) throw error;
      }
    }
  }
}

/** The way back to what is in a map now. */
export function restoring<Key, Value>(map: Map<Key, Value>): () => void {
  const kept = [...map];
  return () => {
    map.clear();
    for (const [key, value] of kept) map.set(key, value);
  };
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { UnitOfWork } from '#kernel';

/** Something a unit of work can roll back. */
export interface Participant {
  /** Returns the way back to the state of now. */
  checkpoint(): () => void;
}

/** One unit at a time. Whatever it throws takes every participant back; a unit within a unit joins it. */
export class InMemoryUnitOfWork extends UnitOfWork {
  readonly #inside = new AsyncLocalStorage<true>();
  readonly #participants: Participant[] = [];
  #last: Promise<unknown> = Promise.resolve();

  join(...participants: Participant[]): void {
    this.#participants.push(...participants);
  }

  override run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()) return work();
    const turn = this.#last.then(() => this.#alone(work));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const undo = this.#participants.map((participant) => participant.checkpoint());
    try {
      return await this.#inside.run(true, work);
    } catch (error) {
      for (const back of undo) back();
      throw error;
    }
  }
}

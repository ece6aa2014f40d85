import { AsyncLocalStorage } from 'node:async_hooks';
import { ImmediateUnitOfWork } from './immediate-unit-of-work.js';

/** Takes its participants back, one unit at a time; a unit within a unit joins it. */
export class InMemoryUnitOfWork extends ImmediateUnitOfWork {
  readonly #inside = new AsyncLocalStorage<true>();
  #last: Promise<unknown> = Promise.resolve();

  override async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside.getStore()) return work();
    const turn = this.#last.then(() => super.run(() => this.#inside.run(true, work)));
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

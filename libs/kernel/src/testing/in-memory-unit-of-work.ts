import { AsyncLocalStorage } from 'node:async_hooks';
import { ImmediateUnitOfWork } from './immediate-unit-of-work.js';

/** Runs one unit at a time and rolls its participants back on an error; a nested unit joins the outer one. */
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

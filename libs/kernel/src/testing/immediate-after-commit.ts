import { AfterCommit } from '../index.js';

/** Tries at once, as outside of a unit of work; `settled` waits for it. */
export class ImmediateAfterCommit extends AfterCommit {
  settled: Promise<unknown> = Promise.resolve();

  override runAfterCommit(work: () => Promise<void>): void {
    this.settled = Promise.allSettled([this.settled, work()]);
  }
}

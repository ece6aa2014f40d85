import { AfterCommit } from '../index.js';

/** Runs the work at once, as outside a unit of work; `settled` waits for it. */
export class ImmediateAfterCommit extends AfterCommit {
  settled: Promise<unknown> = Promise.resolve();

  override runAfterCommit(work: () => Promise<void>): void {
    this.settled = Promise.allSettled([this.settled, work()]);
  }
}

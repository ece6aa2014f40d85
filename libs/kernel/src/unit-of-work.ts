/**
 * One transaction per command, opened by its handler. It is ambient: repositories, other modules' facades and the outbox
 * that are called inside `work` join it. A `run` inside a `run` joins the outer one. Whatever `work` throws rolls back.
 * Hashing and network calls happen before or after, never inside. `work` may be run again after a deadlock.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: () => Promise<T>): Promise<T>;

  /**
   * For small units that nobody waits for: those that come at the same time may share a transaction, in which each runs
   * behind the one before. None fails by another. What the other locks are, one does not know: it must not take several.
   */
  runWithOthers(work: () => Promise<void>): Promise<void> {
    return this.run(work);
  }
}

/**
 * One transaction per command, opened by its handler. It is ambient: repositories, other modules' facades and the outbox
 * that are called inside `work` join it. A `run` inside a `run` joins the outer one. Whatever `work` throws rolls back.
 * Hashing and network calls happen before or after, never inside. `work` may be run again after a deadlock.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: () => Promise<T>): Promise<T>;
}

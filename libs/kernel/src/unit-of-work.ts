import { Unavailable } from './domain-error.js';

/**
 * A conflict with another unit of work: a deadlock, a serialization failure, or a row that changed since it was read. The unit
 * runs again. If every run conflicts, the client is asked to retry.
 */
export class TransactionConflict extends Unavailable {}

/**
 * One transaction per command, opened by its handler. It is ambient: repositories, public APIs of other modules and the outbox
 * join it when called inside `work`. A nested `run` joins the outer one. Any error from `work` rolls back.
 * Hashing and network calls happen before or after, never inside. `work` runs at most three times after a `TransactionConflict`.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: () => Promise<T>): Promise<T>;
}

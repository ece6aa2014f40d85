import { Unavailable } from './domain-error.js';

/**
 * Another unit of work was faster: a deadlock, a serialization failure, a row that has changed since it was read. The unit runs
 * again; who has met one every time is told to try again.
 */
export class TransactionConflict extends Unavailable {}

/**
 * One transaction per command, opened by its handler. It is ambient: repositories, other modules' facades and the outbox
 * that are called inside `work` join it. A `run` inside a `run` joins the outer one. Whatever `work` throws rolls back.
 * Hashing and network calls happen before or after, never inside. After a `TransactionConflict` `work` runs again, three times at most.
 */
export abstract class UnitOfWork {
  abstract run<T>(work: () => Promise<T>): Promise<T>;
}

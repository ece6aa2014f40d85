/**
 * For what may be left undone: it is tried once the ambient unit of work has committed, at once when there is none, and not
 * at all when it rolls back. Nobody waits for it, and its failure is nobody's.
 */
export abstract class AfterCommit {
  abstract runAfterCommit(work: () => Promise<void>): void;
}

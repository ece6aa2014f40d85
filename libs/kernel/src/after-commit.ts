/**
 * Runs best-effort work once the ambient unit of work has committed, at once when there is none, and not at all when it rolls
 * back. The caller does not wait for it, and its failure is not reported to the caller.
 */
export abstract class AfterCommit {
  abstract runAfterCommit(work: () => Promise<void>): void;
}

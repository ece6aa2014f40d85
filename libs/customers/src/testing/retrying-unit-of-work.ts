import { UnitOfWork } from '#kernel';
import { type Database, TransactionConflict } from '#platform';

/** Runs a unit again after a conflict, as the program does. */
export class RetryingUnitOfWork extends UnitOfWork {
  constructor(private readonly database: Database) {
    super();
  }

  override async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.inTransaction) return work();
    for (let tries = 1; ; tries++) {
      try {
        return await this.database.transaction(work);
      } catch (error) {
        if (!(error instanceof TransactionConflict) || tries === 3) throw error;
      }
    }
  }
}

import { UnitOfWork } from '#kernel';
import { type Database, TransactionConflict } from '#platform';

/** Runs again after a conflict, as the program's does. */
export class Units extends UnitOfWork {
  constructor(private readonly database: Database) {
    super();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.inTransaction) return work();
    for (let n = 1; ; n++) {
      try {
        return await this.database.transaction(work);
      } catch (error) {
        if (!(error instanceof TransactionConflict) || n === 3) throw error;
      }
    }
  }
}

import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, UnitOfWork } from '#kernel';
import { Database } from './database.js';
import { TransactionConflict } from './database-errors.js';

const MAX_ATTEMPTS = 3;

@Injectable()
export class TypeOrmUnitOfWork extends UnitOfWork {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.database.inTransaction) return work();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.runInTransaction(work);
      } catch (error) {
        if (!(error instanceof TransactionConflict) || attempt === MAX_ATTEMPTS) throw error;
        await this.clock.pause(randomInt(10, 80));
      }
    }
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database, DuplicateKey, TransactionConflict } from '#platform';
import { ForeignPasswordsMark } from '../../application/foreign-ports.js';

const NAME = 'foreign_passwords';

@Injectable()
export class TypeOrmForeignPasswordsMark extends ForeignPasswordsMark {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async set(): Promise<void> {
    if (await this.isSet()) return;
    const sql = 'insert into auth_marks (name, set_at) values (?, ?)';
    await this.database.execute(sql, [NAME, this.clock.now()]).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new TransactionConflict('The mark was set at this moment.', 1) : error;
    });
  }

  async isSet(): Promise<boolean> {
    return (await this.database.query('select name from auth_marks where name = ?', [NAME])).length > 0;
  }
}

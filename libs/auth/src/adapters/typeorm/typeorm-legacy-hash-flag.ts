import { Injectable } from '@nestjs/common';
import { Clock, TransactionConflict } from '#kernel';
import { Database, DuplicateKey } from '#platform/database';
import { LegacyHashFlag } from '../../application/legacy-password-ports.js';

const MARK_NAME = 'foreign_passwords';

@Injectable()
export class TypeOrmLegacyHashFlag extends LegacyHashFlag {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async set(): Promise<void> {
    if (await this.isSet()) return;
    const sql = 'insert into auth_marks (name, set_at) values (?, ?)';
    await this.database.execute(sql, [MARK_NAME, this.clock.now()]).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new TransactionConflict('The mark was set at this moment.', 1) : error;
    });
  }

  async isSet(): Promise<boolean> {
    return (await this.database.query('select name from auth_marks where name = ?', [MARK_NAME])).length > 0;
  }
}

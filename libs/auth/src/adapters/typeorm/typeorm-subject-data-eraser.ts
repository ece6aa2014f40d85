import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform/database';
import { SubjectDataEraser } from '../../application/subject-data-eraser.js';

const CLEAR_SUBJECT_SQL = `update auth_subjects set credential = null, one_time = 0, roles = 'customer', status = 'suspended',
  locale = 'und', updated_at = ? where customer_id = ?`;

@Injectable()
export class TypeOrmSubjectDataEraser extends SubjectDataEraser {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async eraseSubjectData(customerId: string, names: readonly string[]): Promise<void> {
    await this.database.execute(CLEAR_SUBJECT_SQL, [this.clock.now(), customerId]);
    await this.database.execute('delete from auth_sessions where customer_id = ?', [customerId]);
    const tryKeys = [`customer:${customerId}`, ...names.map((hash) => `name:${hash}`)];
    const placeholders = tryKeys.map(() => '?').join(', ');
    await this.database.execute(`delete from auth_login_tries where subject_key in (${placeholders})`, tryKeys);
  }
}

import { type Clock, DomainError } from '#kernel';
import { type Database, limitClause } from '#platform/database';
import { type HousekeepingTask } from '#platform/jobs';
import type { CustomerEraser } from '../../application/services/customer-eraser.js';

const DAY_MS = 24 * 3_600_000;
const BATCH = 100;
const MAX_BATCHES = 100;
const SYSTEM_ACTOR = { by: null, source: null };

interface Row {
  readonly id: string;
  readonly version: number;
}

/** Erases customers that were deleted more than `retentionDays` ago. */
export class DeletedCustomersPurge implements HousekeepingTask {
  readonly name = 'deleted customers';
  readonly #find: string;

  constructor(
    private readonly database: Database,
    private readonly eraser: CustomerEraser,
    private readonly clock: Clock,
    /** Null keeps deleted customers forever. */
    private readonly retentionDays: number | null,
  ) {
    this.#find = `select id, version from customers where standing = 'deleted' and deleted_at < ?
      order by deleted_at ${limitClause(database.dialect, BATCH)}`;
  }

  async run(): Promise<number> {
    if (this.retentionDays === null) return 0;
    const before = new Date(this.clock.now().getTime() - this.retentionDays * DAY_MS);
    let erased = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch++) {
      const rows = await this.database.query<Row>(this.#find, [before]);
      for (const row of rows) erased += await this.#erase(row);
      if (rows.length < BATCH) break;
    }
    return erased;
  }

  /** Skips customers that another replica has erased or that were restored meanwhile. */
  async #erase({ id, version }: Row): Promise<number> {
    try {
      await this.eraser.erase(id, Number(version), SYSTEM_ACTOR);
      return 1;
    } catch (error) {
      if (error instanceof DomainError && error.kind !== 'unavailable') return 0;
      throw error;
    }
  }
}

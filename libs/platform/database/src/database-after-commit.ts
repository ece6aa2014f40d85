import { Injectable } from '@nestjs/common';
import { AfterCommit } from '#kernel';
import { Log } from '#platform/observability';
import { Database } from './database.js';

@Injectable()
export class DatabaseAfterCommit extends AfterCommit {
  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {
    super();
  }

  runAfterCommit(work: () => Promise<void>): void {
    this.database.afterCommit(() => {
      work().catch((error: unknown) => this.log.warn({ reason: String(error) }, 'an after-commit callback failed'));
    });
  }
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AlreadyHandled, Clock, Inbox, type IncomingEvent, TransactionConflict } from '#kernel';
import { Database, DuplicateKey } from '#platform/database';
import { SequenceGapError, StaleEventError } from './event-order-errors.js';

const INSERT_INBOX_ROW = 'insert into inbox (consumer, event_hash, received_at) values (?, ?, ?)';
const ADVANCE_POSITION =
  'update inbox_positions set sequence = ? where consumer = ? and aggregate_hash = ? and sequence = ?';
const SELECT_POSITION = 'select sequence as sequence from inbox_positions where consumer = ? and aggregate_hash = ?';
const INSERT_POSITION = 'insert into inbox_positions (consumer, aggregate_hash, sequence) values (?, ?, ?)';

/**
 * One row per consumer and event, inserted before any other write. A second transaction with the same event waits for the first,
 * and then either finds the row or inserts its own. Event ids of other systems may be any text, so a row stores their hash.
 */
@Injectable()
export class TypeOrmInbox extends Inbox {
  readonly #accepted = new WeakSet<IncomingEvent>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async recordHandled(event: IncomingEvent): Promise<void> {
    if (!this.database.inTransaction) throw new Error(`${event.type} was recorded outside of a transaction`);
    const { consumer, source, id } = event;
    await this.database
      .execute(INSERT_INBOX_ROW, [consumer, hashOf(source, id), this.clock.now()])
      .catch((error: unknown) => {
        throw error instanceof DuplicateKey ? new AlreadyHandled() : error;
      });
    if (event.ordered) await this.#advancePosition(event);
    this.database.afterCommit(() => this.#accepted.add(event));
  }

  /** Whether the handler has committed its changes together with the inbox row. */
  hasCommitted(event: IncomingEvent): boolean {
    return this.#accepted.has(event);
  }

  /** @throws StaleEventError, SequenceGapError */
  async #advancePosition({ consumer, source, subject, sequence }: IncomingEvent): Promise<void> {
    if (subject === null || sequence === null) throw new Error('an ordered event needs a subject and a sequence');
    const aggregate = hashOf(source, subject);
    if ((await this.database.execute(ADVANCE_POSITION, [sequence, consumer, aggregate, sequence - 1])) > 0) return;
    const [position] = await this.database.query<{ sequence: number }>(SELECT_POSITION, [consumer, aggregate]);
    if (position && position.sequence >= sequence) throw new StaleEventError();
    if (position || sequence > 1) throw new SequenceGapError();
    await this.database.execute(INSERT_POSITION, [consumer, aggregate, sequence]).catch((error: unknown) => {
      throw error instanceof DuplicateKey ? new TransactionConflict('Its turn has just come.', 1) : error;
    });
  }
}

const hashOf = (...parts: readonly string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex');

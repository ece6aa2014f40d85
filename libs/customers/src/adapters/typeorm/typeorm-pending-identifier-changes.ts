import { Clock, parseIdentifier, TransactionConflict } from '#kernel';
import { type AesGcmSealer } from '#platform/crypto';
import { type Database, DuplicateKey } from '#platform/database';
import { PendingIdentifierChanges } from '../../application/identifier-change-ports.js';
import type { PendingIdentifierChange } from '../../domain/pending-identifier-change.js';

const INSERT = `insert into customer_identifier_changes
    (customer_id, id, identifier_sealed, identifier_hash, generation, asked_at) values (?, ?, ?, ?, ?, ?)`;
const SELECT = `select id, identifier_sealed, identifier_hash, generation from customer_identifier_changes
  where customer_id = ?`;

/** Stores the unconfirmed identifier encrypted and bound to its customer. */
export class TypeOrmPendingIdentifierChanges extends PendingIdentifierChanges {
  constructor(
    private readonly database: Database,
    private readonly seal: AesGcmSealer,
    private readonly clock: Clock,
  ) {
    super();
  }

  async save({ customerId, id, identifier, identifierHash, generation }: PendingIdentifierChange): Promise<void> {
    await this.database.execute('delete from customer_identifier_changes where customer_id = ?', [customerId]);
    const sealed = this.seal.seal(identifier.canonical, customerId);
    const values = [customerId, id, sealed, identifierHash, generation, this.clock.now()];
    await this.database.execute(INSERT, values).catch((error: unknown) => {
      // A concurrent request inserted a row. The unit of work runs again and replaces it.
      throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
    });
  }

  async find(customerId: string): Promise<PendingIdentifierChange | null> {
    const [row] = await this.database.query<Row>(SELECT, [customerId]);
    if (!row) return null;
    const { id, identifier_hash: identifierHash, generation } = row;
    // A canonical phone number contains its country code, so the market has no effect.
    const identifier = parseIdentifier(this.seal.open(row.identifier_sealed, customerId), 'US');
    return { id, customerId, identifier, identifierHash, generation: Number(generation) };
  }

  async remove({ customerId, id }: Pick<PendingIdentifierChange, 'id' | 'customerId'>): Promise<boolean> {
    const sql = 'delete from customer_identifier_changes where customer_id = ? and id = ?';
    return (await this.database.execute(sql, [customerId, id])) > 0;
  }
}

interface Row {
  readonly id: string;
  readonly identifier_sealed: string;
  readonly identifier_hash: string;
  readonly generation: number | string;
}

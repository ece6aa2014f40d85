import { Injectable } from '@nestjs/common';
import { Clock, TransactionConflict } from '#kernel';
import {
  Database,
  DuplicateKey,
  executeInChunks,
  type InsertedRow,
  placeholderList,
  queryInChunks,
} from '#platform/database';
import { type KeyAssignment, type RegistrationKey, RegistrationKeys } from '../../application/ports.js';

interface Row {
  readonly hash: string;
  readonly customer_id: string;
  readonly sequence: number;
}

/** An UPDATE that touches the row is the portable way to lock it until the transaction ends. */
@Injectable()
export class TypeOrmRegistrationKeys extends RegistrationKeys {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async find(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const row = await this.#row(hashes);
    return row ? { customerId: row.customer_id, sequence: row.sequence } : null;
  }

  async lockAndIncrement(hashes: readonly string[], proposed: string, lost: string | null): Promise<RegistrationKey> {
    const counted = `update registration_keys set sequence = sequence + 1, used_at = ? where identifier_hash in (${placeholderList(hashes)})`;
    if ((await this.database.execute(counted, [this.clock.now(), ...hashes])) === 0)
      return this.#create(hashes, proposed, 1);
    const row = await this.#row(hashes);
    if (!row) throw new TransactionConflict('The key was removed at this moment.', 1);
    if (row.customer_id !== lost) return { customerId: row.customer_id, sequence: row.sequence };
    const pointed =
      'update registration_keys set customer_id = ?, sequence = 1, proven_at = null where identifier_hash = ?';
    await this.database.execute(pointed, [proposed, row.hash]);
    return { customerId: proposed, sequence: 1 };
  }

  async lockAndMarkProven(hashes: readonly string[]): Promise<RegistrationKey | null> {
    const sql = `update registration_keys set proven_at = ? where identifier_hash in (${placeholderList(hashes)})`;
    const touched = await this.database.execute(sql, [this.clock.now(), ...hashes]);
    return touched === 0 ? null : this.find(hashes);
  }

  async assign(hashes: readonly string[], customerId: string): Promise<void> {
    const row = await this.#lock(hashes);
    const sequence = row?.customer_id === customerId ? row.sequence : await this.#lostSequence(customerId);
    if (row) await this.#point(row, customerId, sequence, this.clock.now());
    else await this.#create(hashes, customerId, sequence, this.clock.now());
  }

  async assignAll(gifts: readonly KeyAssignment[]): Promise<readonly KeyAssignment[]> {
    const now = this.clock.now();
    const hashes = gifts.flatMap((gift) => gift.hashes);
    const locked = await executeInChunks(hashes, (some) => {
      const sql = `update registration_keys set used_at = ? where identifier_hash in (${placeholderList(some)})`;
      return this.database.execute(sql, [now, ...some]);
    });
    const rows = locked === 0 ? [] : await queryInChunks(hashes, (some) => this.#rows(some));
    const byHash = new Map(rows.map((row) => [row.hash, row]));
    const lost = await this.#lostSequences(gifts.map(({ customerId }) => customerId));
    const fresh: InsertedRow[] = [];
    const keyed: KeyAssignment[] = [];
    for (const gift of gifts) {
      const { customerId } = gift;
      const row = gift.hashes.map((hash) => byHash.get(hash)).find((found) => found !== undefined);
      const sequence = row?.customer_id === customerId ? row.sequence : (lost.get(customerId) ?? 0);
      if (!row) fresh.push(keyRow(gift.hashes, customerId, sequence, now, now));
      else await this.#point(row, customerId, sequence, now);
      if (row) keyed.push(gift);
    }
    await this.database.insertRows('registration_keys', fresh).catch(createdAtThisMoment);
    return keyed;
  }

  async reassign(hashes: readonly string[], fresh: string): Promise<void> {
    const row = await this.#lock(hashes);
    if (!row) return void (await this.#create(hashes, fresh, 0));
    await this.#keepSequence(row);
    await this.#point(row, fresh, 0, null);
  }

  async forgetCustomer(hashes: readonly string[], customerId: string): Promise<void> {
    const sql = `delete from registration_keys where identifier_hash in (${placeholderList(hashes)}) and (sequence = 0 or customer_id = ?)`;
    await this.database.execute(sql, [...hashes, customerId]);
    await this.database.execute('delete from registration_lost_ids where customer_id = ?', [customerId]);
  }

  async #lock(hashes: readonly string[]): Promise<Row | undefined> {
    const sql = `update registration_keys set used_at = ? where identifier_hash in (${placeholderList(hashes)})`;
    return (await this.database.execute(sql, [this.clock.now(), ...hashes])) === 0 ? undefined : this.#row(hashes);
  }

  async #point({ hash }: Row, customerId: string, sequence: number, provenAt: Date | null): Promise<void> {
    const sql = 'update registration_keys set customer_id = ?, sequence = ?, proven_at = ? where identifier_hash = ?';
    await this.database.execute(sql, [customerId, sequence, provenAt, hash]);
  }

  async #keepSequence({ customer_id: id, sequence }: Row): Promise<void> {
    if (sequence === 0) return;
    const counted = 'update registration_lost_ids set sequence = ? where customer_id = ?';
    if ((await this.database.execute(counted, [sequence, id])) > 0) return;
    await this.database.execute('insert into registration_lost_ids (customer_id, sequence) values (?, ?)', [
      id,
      sequence,
    ]);
  }

  async #lostSequence(id: string): Promise<number> {
    return (await this.#lostSequences([id])).get(id) ?? 0;
  }

  async #lostSequences(ids: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await queryInChunks(ids, (some) => {
      const sql = `select customer_id as customer_id, sequence as sequence from registration_lost_ids
        where customer_id in (${placeholderList(some)})`;
      return this.database.query<Omit<Row, 'hash'>>(sql, some);
    });
    return new Map(rows.map(({ customer_id: id, sequence }) => [id, sequence]));
  }

  async #create(
    hashes: readonly string[],
    customerId: string,
    sequence: number,
    provenAt: Date | null = null,
  ): Promise<RegistrationKey> {
    const row = keyRow(hashes, customerId, sequence, this.clock.now(), provenAt);
    await this.database.insertRows('registration_keys', [row]).catch(createdAtThisMoment);
    return { customerId, sequence };
  }

  async #row(hashes: readonly string[]): Promise<Row | undefined> {
    return (await this.#rows(hashes))[0];
  }

  #rows(hashes: readonly string[]): Promise<Row[]> {
    const sql = `select identifier_hash as hash, customer_id as customer_id, sequence as sequence from registration_keys
      where identifier_hash in (${placeholderList(hashes)})`;
    return this.database.query<Row>(sql, hashes);
  }
}

const keyRow = (hashes: readonly string[], id: string, sequence: number, now: Date, provenAt: Date | null) => ({
  identifier_hash: hashes[0],
  customer_id: id,
  sequence,
  created_at: now,
  used_at: now,
  proven_at: provenAt,
});

/** Another request has inserted the row: the unit of work runs again and finds it. */
function createdAtThisMoment(error: unknown): never {
  throw error instanceof DuplicateKey ? new TransactionConflict('The key was created at this moment.', 1) : error;
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, TransactionConflict } from '#kernel';
import { Database, DuplicateKey } from '#platform/database';
import {
  type ExternalIdentity,
  LinkedIdentities,
  type LinkedIdentity,
} from '../../application/linked-identity-ports.js';
import type { Subject } from '../../domain/subject.js';
import { type SelectedSubjectRow, SUBJECT_COLUMNS, toSubject } from './typeorm-subjects.js';

@Injectable()
export class TypeOrmLinkedIdentities extends LinkedIdentities {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async findByIdentity(identity: ExternalIdentity): Promise<LinkedIdentity | null> {
    const sql = 'select id, issuer, subject, customer_id, created_at from auth_links where identity_hash = ?';
    const [row] = await this.database.query<LinkRow>(sql, [identityHashOf(identity)]);
    return row ? toLinkedIdentity(row) : null;
  }

  async add(link: Omit<LinkedIdentity, 'createdAt'>): Promise<LinkedIdentity> {
    const sql = `insert into auth_links (id, identity_hash, issuer, subject, customer_id, created_at)
      values (?, ?, ?, ?, ?, ?)`;
    const { id, issuer, subject, customerId } = link;
    const createdAt = this.clock.now();
    await this.database
      .execute(sql, [id, identityHashOf(link), issuer, subject, customerId, createdAt])
      .catch((error) => {
        // Another transaction linked it concurrently: the unit of work is retried and finds the link.
        throw error instanceof DuplicateKey ? new TransactionConflict('The row was made at this moment.', 1) : error;
      });
    return { ...link, createdAt };
  }

  async remove(id: string, customerId: string): Promise<boolean> {
    const sql = 'delete from auth_links where id = ? and customer_id = ?';
    return (await this.database.execute(sql, [id, customerId])) > 0;
  }

  removeAllByCustomer(customerId: string): Promise<number> {
    return this.database.execute('delete from auth_links where customer_id = ?', [customerId]);
  }

  async findSubject(identity: ExternalIdentity): Promise<Subject | null> {
    const sql = `select ${SUBJECT_COLUMNS} from auth_links l join auth_subjects s on s.customer_id = l.customer_id
      where l.identity_hash = ?`;
    const [row] = await this.database.query<SelectedSubjectRow>(sql, [identityHashOf(identity)]);
    return row ? toSubject(row) : null;
  }
}

interface LinkRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly customer_id: string;
  readonly created_at: Date;
}

const toLinkedIdentity = ({
  id,
  issuer,
  subject,
  customer_id: customerId,
  created_at: createdAt,
}: LinkRow): LinkedIdentity => ({
  id,
  issuer,
  subject,
  customerId,
  createdAt,
});

/** Hash of issuer and subject, so that neither a collation nor a separator can merge two identities. */
const identityHashOf = ({ issuer, subject }: ExternalIdentity): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('hex');

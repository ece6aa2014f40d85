import { Injectable } from '@nestjs/common';
import { Clock, TransactionConflict } from '#kernel';
import { Database, DuplicateKey, limitClause } from '#platform/database';
import { type NamedSubject, Subjects } from '../../application/ports.js';
import { type Role, Subject, type SubjectState } from '../../domain/subject.js';
import { IDENTIFIERS, type IdentifierRow, type SubjectRow } from './tables.js';

/** The columns of the table alias `s`. */
export const SUBJECT_COLUMNS = `s.customer_id as customer_id, s.credential as credential, s.roles as roles,
  s.status as status, s.generation as generation, s.market as market, s.locale as locale, s.one_time as one_time`;

/** Roles are stored space-separated in one column. */
const ROLE_CONDITION = '(roles = ? or roles like ? or roles like ? or roles like ?)';
const roleConditionValues = (role: Role): readonly string[] => [role, `${role} %`, `% ${role}`, `% ${role} %`];
/** The row of `auth_marks` that `hasOtherAdministrator` locks. */
const ADMINISTRATORS_MARK = 'administrators';

@Injectable()
export class TypeOrmSubjects extends Subjects {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async add(subject: Subject, identifierHash: string): Promise<void> {
    await this.addAll([{ subject, names: [identifierHash] }]);
  }

  async addAll(subjects: readonly NamedSubject[]): Promise<void> {
    const now = this.clock.now();
    await this.database.insertRows(
      'auth_subjects',
      subjects.map(({ subject }) => toColumns(subject.snapshot(), now)),
    );
    const names = subjects.flatMap(({ subject, names }) =>
      names.map((hash) => ({ identifier_hash: hash, customer_id: subject.snapshot().customerId })),
    );
    await this.database.insertRows('auth_identifiers', names);
  }

  async findByIds(customerIds: readonly string[]): Promise<readonly Subject[]> {
    if (customerIds.length === 0) return [];
    const sql = `select ${SUBJECT_COLUMNS} from auth_subjects s where s.customer_id in (${placeholders(customerIds)})`;
    return (await this.database.query<SelectedSubjectRow>(sql, customerIds)).map(toSubject);
  }

  async findByIdentifierHashes(identifierHashes: readonly string[]): Promise<Subject | null> {
    const sql = `select ${SUBJECT_COLUMNS}, i.identifier_hash as identifier_hash
      from auth_identifiers i join auth_subjects s on s.customer_id = i.customer_id
      where i.identifier_hash in (${placeholders(identifierHashes)})`;
    const rows = await this.database.query<SelectedSubjectRow & { readonly identifier_hash: string }>(
      sql,
      identifierHashes,
    );
    const found = identifierHashes.flatMap((hash) => rows.filter((row) => row.identifier_hash === hash));
    return found[0] ? toSubject(found[0]) : null;
  }

  findById(customerId: string): Promise<Subject | null> {
    return this.#findOne(`select ${SUBJECT_COLUMNS} from auth_subjects s where s.customer_id = ?`, [customerId]);
  }

  async replaceCredential(
    customerId: string,
    read: string | null,
    written: string,
    oneTime: boolean,
  ): Promise<boolean> {
    const unchanged = read === null ? 'credential is null' : 'credential = ?';
    const sql = `update auth_subjects set credential = ?, one_time = ?, updated_at = ? where customer_id = ? and ${unchanged}`;
    const values = [written, oneTime ? 1 : 0, this.clock.now(), customerId, ...(read === null ? [] : [read])];
    return (await this.database.execute(sql, values)) > 0;
  }

  async setRoles(customerId: string, roles: readonly Role[]): Promise<void> {
    const sql = 'update auth_subjects set roles = ?, updated_at = ? where customer_id = ?';
    await this.database.execute(sql, [roles.join(' '), this.clock.now(), customerId]);
  }

  async setStatus(customerId: string, status: SubjectState['status']): Promise<void> {
    const sql = 'update auth_subjects set status = ?, updated_at = ? where customer_id = ?';
    await this.database.execute(sql, [status, this.clock.now(), customerId]);
  }

  async addIdentifier(customerId: string, identifierHash: string): Promise<void> {
    await this.database.insert<IdentifierRow>(IDENTIFIERS, { identifierHash, customerId });
  }

  async removeIdentifiers(customerId: string): Promise<void> {
    await this.database.execute('delete from auth_identifiers where customer_id = ?', [customerId]);
  }

  async removeIdentifier(customerId: string, identifierHashes: readonly string[]): Promise<void> {
    const sql = `delete from auth_identifiers where customer_id = ? and identifier_hash in (${placeholders(identifierHashes)})`;
    await this.database.execute(sql, [customerId, ...identifierHashes]);
  }

  async anyActiveHasRole(role: Role): Promise<boolean> {
    const sql = `select customer_id from auth_subjects where status = 'active' and ${ROLE_CONDITION}
      order by customer_id ${limitClause(this.database.dialect, 1)}`;
    return (await this.database.query(sql, roleConditionValues(role))).length > 0;
  }

  async lockById(customerId: string): Promise<Subject | null> {
    const sql = 'update auth_subjects set updated_at = ? where customer_id = ?';
    return (await this.database.execute(sql, [this.clock.now(), customerId])) > 0 ? this.findById(customerId) : null;
  }

  async hasOtherAdministrator(besides: string): Promise<boolean> {
    await this.#lockMark(ADMINISTRATORS_MARK);
    const sql = `select customer_id from auth_subjects
      where status = 'active' and credential is not null and customer_id <> ? and ${ROLE_CONDITION}
      order by customer_id ${limitClause(this.database.dialect, 1)}`;
    return (await this.database.query(sql, [besides, ...roleConditionValues('admin')])).length > 0;
  }

  /** Serializes callers: the UPDATE locks one row until the transaction ends. The first caller inserts the row. */
  async #lockMark(name: string): Promise<void> {
    const [sql, now] = ['update auth_marks set set_at = ? where name = ?', this.clock.now()];
    if ((await this.database.execute(sql, [now, name])) > 0) return;
    const insert = 'insert into auth_marks (name, set_at) values (?, ?)';
    await this.database.execute(insert, [name, now]).catch((error: unknown) => {
      throw error instanceof DuplicateKey
        ? new TransactionConflict('Administrators are being changed at this moment. Please try again.', 1)
        : error;
    });
  }

  async lockIfCurrent(customerId: string, generation: number): Promise<boolean> {
    const sql = `update auth_subjects set updated_at = ? where customer_id = ? and generation = ? and status = 'active'`;
    return (await this.database.execute(sql, [this.clock.now(), customerId, generation])) > 0;
  }

  incrementGeneration(customerId: string): Promise<number> {
    return this.#incrementColumn('generation', customerId);
  }

  nextSequence(customerId: string): Promise<number> {
    return this.#incrementColumn('sequence', customerId);
  }

  /** The UPDATE locks the row until the transaction ends, so the value read belongs to this transaction. */
  async #incrementColumn(column: 'generation' | 'sequence', customerId: string): Promise<number> {
    const counted = `update auth_subjects set ${column} = ${column} + 1, updated_at = ? where customer_id = ?`;
    await this.database.execute(counted, [this.clock.now(), customerId]);
    const sql = `select ${column} as counted from auth_subjects where customer_id = ?`;
    const [row] = await this.database.query<{ counted: number | string }>(sql, [customerId]);
    return Number(row?.counted ?? 0);
  }

  async #findOne(sql: string, values: readonly string[]): Promise<Subject | null> {
    const [row] = await this.database.query<SelectedSubjectRow>(sql, values);
    return row ? toSubject(row) : null;
  }
}

const placeholders = (values: readonly string[]): string => values.map(() => '?').join(', ');

export interface SelectedSubjectRow extends Pick<SubjectRow, 'credential' | 'roles' | 'status' | 'market' | 'locale'> {
  readonly customer_id: string;
  readonly generation: number;
  readonly one_time: number;
}

const toColumns = (subject: SubjectState, now: Date) => ({
  customer_id: subject.customerId,
  credential: subject.credential,
  roles: subject.roles.join(' '),
  status: subject.status,
  generation: subject.generation,
  market: subject.market,
  locale: subject.locale,
  one_time: subject.oneTime ? 1 : 0,
  sequence: 0,
  created_at: now,
  updated_at: now,
});

export function toSubject(row: SelectedSubjectRow): Subject {
  const { customer_id: customerId, roles, credential, status, generation, market, locale, one_time: oneTime } = row;
  const state = { customerId, credential, status, market, locale, generation: Number(generation) };
  return Subject.restore({ ...state, roles: roles.split(' ') as Role[], oneTime: Number(oneTime) === 1 });
}

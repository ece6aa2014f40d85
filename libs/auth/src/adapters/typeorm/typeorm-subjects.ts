import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { Database } from '#platform';
import { Subjects } from '../../application/ports.js';
import { type Role, Subject } from '../../domain/subject.js';
import { IDENTIFIERS, type IdentifierRow, SUBJECTS, type SubjectRow } from './tables.js';

@Injectable()
export class TypeOrmSubjects extends Subjects {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async add(subject: Subject, identifierHash: string): Promise<void> {
    const row = toRow(subject, this.clock.now());
    await this.database.insert<SubjectRow>(SUBJECTS, row);
    await this.database.insert<IdentifierRow>(IDENTIFIERS, { identifierHash, customerId: row.customerId });
  }

  async byIdentifier(identifierHashes: readonly string[]): Promise<Subject | null> {
    const sql = `select s.customer_id as customer_id, s.credential as credential, s.roles as roles, s.status as status, s.generation as generation
      from auth_identifiers i join auth_subjects s on s.customer_id = i.customer_id
      where i.identifier_hash in (${identifierHashes.map(() => '?').join(', ')})`;
    const [row] = await this.database.query<FoundRow>(sql, identifierHashes);
    return row ? fromRow(row) : null;
  }
}

interface FoundRow extends Pick<SubjectRow, 'credential' | 'roles' | 'status' | 'generation'> {
  readonly customer_id: string;
}

function toRow(subject: Subject, now: Date): SubjectRow {
  const { roles, ...state } = subject.snapshot();
  return { ...state, roles: roles.join(' '), createdAt: now, updatedAt: now };
}

const fromRow = ({ customer_id: customerId, roles, credential, status, generation }: FoundRow): Subject =>
  Subject.restore({ customerId, credential, status, generation, roles: roles.split(' ') as Role[] });

import { Injectable } from '@nestjs/common';
import { type Page, type PageRequest, readPages, toPage } from '#kernel';
import { Database, keysetAfter, limitClause } from '#platform/database';
import { type Role, type SignInRecord, SignInRecords } from '../../facade.js';

interface SignInSubjectRow {
  readonly roles: string;
  readonly has_password: number | string;
  readonly generation: number;
}
interface SignInSessionRow {
  readonly id: string;
  readonly generation: number;
  readonly expires_ms: number | string;
  readonly revoked_ms: number | string;
  readonly scope: string;
  readonly source: string;
  readonly created_at: Date;
  readonly used_at: Date;
}
interface SignInLinkRow {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly created_at: Date;
}

type RecordedSession = SignInRecord['sessions'] extends AsyncIterable<infer Session> ? Session : never;

const SESSION_PAGE_SIZE = 500;

@Injectable()
export class SqlSignInRecords extends SignInRecords {
  constructor(private readonly database: Database) {
    super();
  }

  async of(customerId: string): Promise<SignInRecord> {
    const subject = `select roles, case when credential is null then 0 else 1 end as has_password, generation
      from auth_subjects where customer_id = ?`;
    const [found] = await this.database.query<SignInSubjectRow>(subject, [customerId]);
    return {
      roles: (found?.roles.split(' ') ?? []) as Role[],
      hasPassword: Number(found?.has_password ?? 0) === 1,
      sessions: readPages((wanted) => this.#sessions(customerId, found?.generation ?? 0, wanted), SESSION_PAGE_SIZE),
      links: await this.#links(customerId),
    };
  }

  async #sessions(customerId: string, generation: number, wanted: PageRequest): Promise<Page<RecordedSession>> {
    const keyset = wanted.after === null ? { sql: '', values: [] } : keysetAfter(wanted.after, 'created_at');
    const sql = `select id, generation, expires_ms, revoked_ms, scope, source, created_at, used_at
      from auth_sessions where customer_id = ?${keyset.sql && ` and ${keyset.sql}`}
      order by created_at, id ${limitClause(this.database.dialect, wanted.limit + 1)}`;
    const rows = await this.database.query<SignInSessionRow>(sql, [customerId, ...keyset.values]);
    const placeOf = ({ created_at: at, id }: SignInSessionRow) => ({ at, id });
    return toPage(rows, wanted.limit, placeOf, (row) => ({
      id: row.id,
      createdAt: row.created_at.toISOString(),
      usedAt: row.used_at.toISOString(),
      expiresAt: toIsoTime(row.expires_ms),
      ended: Number(row.revoked_ms) > 0 || row.generation !== generation,
      scope: row.scope,
      source: row.source,
    }));
  }

  async #links(customerId: string): Promise<SignInRecord['links']> {
    const sql = 'select id, issuer, subject, created_at from auth_links where customer_id = ? order by created_at, id';
    const rows = await this.database.query<SignInLinkRow>(sql, [customerId]);
    return rows.map(({ created_at: at, ...link }) => ({ ...link, createdAt: at.toISOString() }));
  }
}

const toIsoTime = (milliseconds: number | string): string => new Date(Number(milliseconds)).toISOString();

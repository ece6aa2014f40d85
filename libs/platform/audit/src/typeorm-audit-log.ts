import { Injectable } from '@nestjs/common';
import {
  type AuditFilter,
  AuditLog,
  type Page,
  type PagePosition,
  type PageRequest,
  type RecordedEntry,
  toPage,
} from '#kernel';
import {
  andConditions,
  Database,
  type Dialect,
  joinSql,
  keysetAfter,
  leadingEquals,
  limitClause,
  type Sql,
  wrapSql,
} from '#platform/database';

interface AuditLogRow extends Omit<RecordedEntry, 'at' | 'correlationId'> {
  readonly at: Date;
  readonly correlation_id: string | null;
}

const COLUMNS = 'id, at, action, actor, target, source, detail, correlation_id';

/** Every page is a range of an index: by time, or by the filtered column and then time. */
@Injectable()
export class TypeOrmAuditLog extends AuditLog {
  constructor(private readonly database: Database) {
    super();
  }

  async page(filter: AuditFilter, { limit: many, after }: PageRequest): Promise<Page<RecordedEntry>> {
    const { dialect } = this.database;
    const first = limitClause(dialect, many + 1);
    const more = after === null ? [] : [keysetAfter(after, 'at')];
    const ranges = indexRangesOf(filter, dialect).map(({ where, order }) =>
      wrapSql(
        `select ${COLUMNS} from audit_log where `,
        andConditions([...where, ...more]),
        ` order by ${order} ${first}`,
      ),
    );
    const parts = ranges.map((range, n) => wrapSql(`select ${COLUMNS} from (`, range, `) range_${n}`));
    const { sql, values } = wrapSql('', joinSql(parts, ' union '), ` order by at, id ${first}`);
    return toPage(await this.database.query<AuditLogRow>(sql, values), many, placeOf, toEntry);
  }

  async count(filter: AuditFilter): Promise<number> {
    const ranges = indexRangesOf(filter, this.database.dialect);
    const ids = ranges.map(({ where }) => wrapSql('select id from audit_log where ', andConditions(where)));
    const { sql, values } = wrapSql('select count(*) as n from (', joinSql(ids, ' union '), ') entries');
    const [row] = await this.database.query<{ readonly n: number | string }>(sql, values);
    return Number(row?.n ?? 0);
  }
}

/** A contiguous range of an index. */
interface IndexRange {
  readonly where: readonly Sql[];
  readonly order: string;
}

/** A `concerns` filter matches the actor or the target: two ranges of two indexes. */
function indexRangesOf({ concerned, from, to, ...exact }: AuditFilter, dialect: Dialect): readonly IndexRange[] {
  const asked = Object.entries(exact).filter(([, value]) => value !== null);
  const span: Sql[] = [
    ...(from === null ? [] : [{ sql: 'at >= ?', values: [from] }]),
    ...(to === null ? [] : [{ sql: 'at < ?', values: [to] }]),
  ];
  const sides =
    concerned === null ? [asked] : ['actor', 'target'].map((side) => [[side, concerned] as const, ...asked]);
  return sides.map((named) => ({
    where: [
      ...named.map(([column, value], n) => ({
        sql: n === 0 ? leadingEquals(dialect, column) : `${column} = ?`,
        values: [value],
      })),
      ...span,
    ],
    order: [...named.slice(0, 1).map(([column]) => column), 'at', 'id'].join(', '),
  }));
}

const placeOf = ({ at, id }: AuditLogRow): PagePosition => ({ at, id });

const toEntry = ({
  id,
  at,
  action,
  actor,
  target,
  source,
  detail,
  correlation_id: correlationId,
}: AuditLogRow): RecordedEntry => ({
  ...{ id, at: at.toISOString(), action, actor, target, source, detail, correlationId },
});

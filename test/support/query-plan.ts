import type { Database, Sql } from '#platform/database';

/** What a database did to answer a statement, by its own account after running it. */
export interface PlanSummary {
  /** Rows that were taken from tables and their indexes, before anything was sorted out. */
  readonly rows: number;
  /** Ways into a table that begin at one end and go to the other: `Seq Scan`, `ALL`. */
  readonly scans: readonly string[];
}

type Plan = Readonly<Record<string, unknown>>;

/** For PostgreSQL and MariaDB. */
export async function explainStatement(database: Database, { sql, values }: Sql): Promise<PlanSummary> {
  const isPostgres = database.dialect === 'postgres';
  const explain = isPostgres ? 'explain (analyze, format json)' : 'analyze format=json';
  const [row] = await database.query<Record<string, unknown>>(`${explain} ${sql}`, values);
  const told = Object.values(row ?? {})[0];
  const plan = typeof told === 'string' ? JSON.parse(told) : told;
  const steps = listPlanNodes(plan).flatMap(isPostgres ? postgresSteps : mariaDbSteps);
  if (steps.length === 0) throw new Error(`no table is read by ${sql}: ${JSON.stringify(plan)}`);
  return {
    rows: steps.reduce((sum, { rows }) => sum + rows, 0),
    scans: steps
      .filter(({ accessMethod }) => accessMethod === 'Seq Scan' || accessMethod === 'ALL')
      .map(({ accessMethod, table }) => `${accessMethod} ${table}`),
  };
}

interface PlanStep {
  readonly table: string;
  readonly accessMethod: string;
  readonly rows: number;
}

function postgresSteps(step: Plan): PlanStep[] {
  const { 'Relation Name': table, 'Node Type': way, 'Actual Rows': rows, 'Actual Loops': loops } = step;
  if (table === undefined) return [];
  const dropped = Number(step['Rows Removed by Filter'] ?? 0);
  return [{ table: String(table), accessMethod: String(way), rows: (Number(rows) + dropped) * Number(loops) }];
}

/** What is derived is no table of ours: its rows were counted where they came from. */
function mariaDbSteps({ table_name: table, access_type: way, r_rows: rows, r_loops: loops }: Plan): PlanStep[] {
  if (table === undefined || String(table).startsWith('<')) return [];
  return [{ table: String(table), accessMethod: String(way), rows: Number(rows ?? 0) * Number(loops ?? 0) }];
}

function listPlanNodes(plan: unknown): Plan[] {
  if (typeof plan !== 'object' || plan === null) return [];
  return [plan as Plan, ...Object.values(plan).flatMap(listPlanNodes)];
}

import type { Reply } from './http-message.js';
import type { TestDatabase } from './test-database.js';

const formatCounts = (outcomes: Readonly<Record<string, number>>): string[] =>
  Object.entries(outcomes).map(([outcome, n]) => `${n} × ${outcome}`);
const problemCodeOf = ({ json }: Reply): string => String((json as { code?: unknown } | undefined)?.code ?? 'no code');
const attemptsRemainingOf = ({ json }: Reply): unknown => (json as { attemptsRemaining?: unknown }).attemptsRemaining;

/** How often each outcome came: `{ '200': 1, '409 registration.in_progress': 49 }`. */
export function countOutcomes(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const reply of replies) {
    const outcome = reply.status < 400 ? String(reply.status) : `${reply.status} ${problemCodeOf(reply)}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

/** RC-01: one activation, everybody else gets its body or 409. Returns what is wrong. */
export function findSingleActivationFaults(replies: readonly Reply[]): string[] {
  const good = replies.filter(({ status }) => status === 200);
  const others = replies.filter(({ status }) => status !== 200 && status !== 409);
  return [
    ...(good.length === 0 ? ['nobody was let in'] : []),
    ...(new Set(good.map(({ text }) => text)).size > 1 ? ['two bodies for one activation'] : []),
    ...formatCounts(countOutcomes(others)),
  ];
}

/** RC-02, AC-02, AC-05: at most three wrong codes are looked at, each counted once. Returns what is wrong. */
export function findWrongCodeFaults(replies: readonly Reply[]): string[] {
  const evaluated = replies.filter(({ status }) => status === 400);
  const others = replies.filter(({ status }) => ![400, 409, 410].includes(status));
  const left = evaluated.map(attemptsRemainingOf).sort().join(' ');
  return [
    ...(evaluated.length > 3 ? [`${evaluated.length} wrong codes were evaluated`] : []),
    ...(left === '0 1 2' ? [] : [`the tries left were told as ${left}`]),
    ...formatCounts(countOutcomes(others)),
  ];
}

const INVARIANTS: Readonly<Record<string, string>> = {
  'INV-01 two customers of one attempt':
    'select attempt_id as broken from customers group by attempt_id having count(*) > 1',
  'INV-01 a customer announced twice':
    "select aggregate_id as broken from outbox where type = 'customer.created.v1' group by aggregate_id having count(*) > 1",
  'INV-01 a customer never announced':
    "select c.id as broken from customers c where not exists (select 1 from outbox o where o.aggregate_id = c.id and o.type = 'customer.created.v1')",
  'INV-03 two customers of one e-mail address':
    'select email_hash as broken from customers where email_hash is not null group by email_hash having count(*) > 1',
  'INV-03 two customers of one phone number':
    'select phone_hash as broken from customers where phone_hash is not null group by phone_hash having count(*) > 1',
  'INV-03 one id for two identifiers':
    'select customer_id as broken from registration_keys group by customer_id having count(*) > 1',
  'INV-03 a key that points to another than the customer':
    'select k.identifier_hash as broken from registration_keys k join customers c on k.identifier_hash in (c.email_hash, c.phone_hash) where k.customer_id <> c.id',
  'INV-03 an identifier that signs in as another':
    'select i.identifier_hash as broken from auth_identifiers i join customers c on i.identifier_hash in (c.email_hash, c.phone_hash) where i.customer_id <> c.id',
};

/** Which invariants the database breaks, and with which rows. */
export async function findBrokenInvariants(database: TestDatabase): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, sql] of Object.entries(INVARIANTS)) {
    const { rows } = await database.query<{ broken: string }>(sql);
    broken.push(...rows.map((row) => `${name}: ${row.broken}`));
  }
  return broken;
}

/** Of this address; the deleted keep theirs. */
export async function countCustomers(
  database: TestDatabase,
  email: string,
  who: 'all' | 'living' = 'all',
): Promise<number> {
  const living = who === 'living' ? ' and email_hash is not null' : '';
  const sql = `select count(*) as n from customers where email = $1${living}`;
  return Number((await database.query<{ n: string }>(sql, [email])).rows[0]?.n);
}

import 'reflect-metadata';
import { createInterface } from 'node:readline/promises';
import { Cpf, type Identifier, isUuid, parseIdentifier } from '#kernel';
import { parseSettings, readEnvironment, type Settings } from '#platform/config';
import { HmacIdentifierHasher } from '#platform/crypto';
import { countRowsContaining, type Database, listTextColumns } from '#platform/database';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';
import { openInfrastructure } from './infrastructure.js';

/** Lines of the audit trail outlive a person: they may hold the keyed hash of what was typed at the door. */
const TABLE_MAY_HOLD_HASHES = 'audit_log';

const USAGE = 'make erase-check ID=<customer id>';

interface SearchTerm {
  readonly what: string;
  readonly text: string;
  readonly hashed?: true;
}

/**
 * `make erase-check ID=…`: looks for what belonged to an erased customer in every text column of every table. What to look for
 * comes from ERASED_EMAIL, ERASED_PHONE, ERASED_DOCUMENT and ERASED_TEXT (a name …), or is asked for at a terminal: it stands in
 * no argument, and nothing of it is printed or kept. Exit code 1: something was found.
 */
async function main(): Promise<boolean> {
  const [id = ''] = parseArguments(USAGE, {}, 1).positionals;
  if (!isUuid(id)) throw new OperatorError(`${id === '' ? 'ID is missing' : `${id} is no id of a customer`}: ${USAGE}`);
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const erased = await readErasedData();
  const infrastructure = await openInfrastructure(settings, { isCli: true });
  try {
    const hasher = new HmacIdentifierHasher(infrastructure.secrets);
    const terms = buildSearchTerms(erased, settings, hasher);
    const found = [
      ...(await findRemainingRows(id, infrastructure.database)),
      ...(await searchTextColumns(terms, infrastructure.database)),
    ];
    for (const line of found) console.log(line);
    const searchSummary =
      terms.length === 0 ? 'nothing else was given to look for' : `${terms.length} texts looked for`;
    console.log(
      found.length === 0 ? `nothing is left of ${id}; ${searchSummary}` : `${found.length} places are not clean`,
    );
    return found.length === 0;
  } finally {
    await infrastructure.close();
  }
}

type ErasedData = Readonly<
  Record<'ERASED_EMAIL' | 'ERASED_PHONE' | 'ERASED_DOCUMENT' | 'ERASED_TEXT', string | undefined>
>;

async function readErasedData(): Promise<ErasedData> {
  const env = readEnvironment();
  const names = ['ERASED_EMAIL', 'ERASED_PHONE', 'ERASED_DOCUMENT', 'ERASED_TEXT'] as const;
  const fromEnvironment = Object.fromEntries(names.map((name) => [name, env[name] || undefined])) as ErasedData;
  if (!process.stdin.isTTY || names.some((name) => fromEnvironment[name] !== undefined)) return fromEnvironment;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const entered: [string, string | undefined][] = [];
  for (const name of names) {
    const what = name.slice('ERASED_'.length).toLowerCase();
    entered.push([name, (await terminal.question(`${what} (empty: none): `)) || undefined]);
  }
  terminal.close();
  return Object.fromEntries(entered) as ErasedData;
}

function buildSearchTerms(
  erased: ErasedData,
  { defaultMarket }: Settings,
  hasher: HmacIdentifierHasher,
): readonly SearchTerm[] {
  const identifierTexts = [erased.ERASED_EMAIL, erased.ERASED_PHONE].filter((one) => one !== undefined);
  const identifiers = identifierTexts.map((one) => parseIdentifier(one, defaultMarket));
  const document = erased.ERASED_DOCUMENT === undefined ? [] : [Cpf.parse(erased.ERASED_DOCUMENT)];
  const plainTerms = [...identifiers, ...document].map(({ canonical, kind }) => ({
    what: `the ${kind}`,
    text: canonical,
  }));
  const hashedTerms = [...identifiers, ...document].flatMap((one: Identifier | Cpf) =>
    hasher.candidates(one).map((text) => ({ what: `a hash of the ${one.kind}`, text, hashed: true as const })),
  );
  const text = erased.ERASED_TEXT === undefined ? [] : [{ what: 'the text', text: erased.ERASED_TEXT }];
  return [...plainTerms, ...text, ...hashedTerms];
}

async function searchTextColumns(terms: readonly SearchTerm[], database: Database): Promise<readonly string[]> {
  const found: string[] = [];
  for (const column of await listTextColumns(database))
    for (const { what, text, hashed } of terms) {
      if (hashed && column.table === TABLE_MAY_HOLD_HASHES) continue;
      const rows = await countRowsContaining(database, column, text);
      if (rows > 0) found.push(`${column.table}.${column.column}: ${what} in ${rows} rows`);
    }
  return found;
}

const HAS_PERSONAL_DATA = [
  'email',
  'phone',
  'first_name',
  'last_name',
  'last_name_key',
  'document_sealed',
  'document_hash',
]
  .map((column) => `${column} is not null`)
  .join(' or ');

/** The tombstone, and what stands under the id elsewhere. */
async function findRemainingRows(id: string, database: Database): Promise<readonly string[]> {
  const counts: readonly [string, string][] = [
    [
      'customers: not a tombstone',
      `select count(*) as n from customers where id = ? and (standing <> 'erased' or ${HAS_PERSONAL_DATA})`,
    ],
    [
      'auth_subjects: a password',
      'select count(*) as n from auth_subjects where customer_id = ? and credential is not null',
    ],
    ...['auth_identifiers', 'auth_sessions', 'auth_links', 'registration_lost_ids'].map((table): [string, string] => [
      table,
      `select count(*) as n from ${table} where customer_id = ?`,
    ]),
  ];
  const found: string[] = [];
  const customers = await database.query('select id from customers where id = ?', [id]);
  if (customers.length === 0) found.push('customers: nobody ever had this id');
  for (const [what, sql] of counts) {
    const [row] = await database.query<{ readonly n: number | string }>(sql, [id]);
    if (Number(row?.n) > 0) found.push(`${what}: ${row?.n} rows of this id`);
  }
  return found;
}

await main().then(
  (clean) => process.exit(clean ? 0 : 1),
  (error: unknown) => exitWithError(error, 2),
);

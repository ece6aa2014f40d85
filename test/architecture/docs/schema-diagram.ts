import type { Table, TableColumn } from 'typeorm';

/** No foreign key says so: modules share no tables, and what belongs together is written in one transaction. */
const RELATIONS: readonly (readonly [from: string, column: string, to: string, cardinality: string])[] = [
  ['registration_keys', 'customer_id', 'customers', '|o..o|'],
  ['auth_subjects', 'customer_id', 'customers', '|o..||'],
  ['auth_identifiers', 'customer_id', 'auth_subjects', '}o..||'],
  ['auth_sessions', 'customer_id', 'auth_subjects', '}o..||'],
  ['auth_revocations', 'customer_id', 'auth_subjects', '}o..||'],
  ['auth_links', 'customer_id', 'auth_subjects', '}o..||'],
  ['outbox_deliveries', 'event_id', 'outbox', '}o..||'],
];

const columnTypeOf = ({ type, length }: TableColumn): string => `${type}${length ? `_${length}` : ''}`;

function keysOf(table: Table, { name, isPrimary }: TableColumn): string {
  const alone = (columns: readonly string[]) => columns.length === 1 && columns[0] === name;
  const isUnique =
    table.uniques.some(({ columnNames }) => alone(columnNames)) ||
    table.indices.some((index) => index.isUnique && alone(index.columnNames));
  const keys = [...(isPrimary ? ['PK'] : []), ...(isUnique ? ['UK'] : [])];
  return keys.length > 0 ? ` ${keys.join(', ')}` : '';
}

/** A Mermaid diagram of these tables: https://mermaid.js.org/syntax/entityRelationshipDiagram.html */
export function renderSchemaDiagram(tables: readonly Table[]): string {
  const boxes = [...tables]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((table) => {
      const lines = table.columns.map(
        (one) => `    ${columnTypeOf(one)} ${one.name}${keysOf(table, one)}${one.isNullable ? ' "or none"' : ''}`,
      );
      return `  ${table.name} {\n${lines.join('\n')}\n  }`;
    });
  const ties = RELATIONS.map(([from, column, to, cardinality]) => {
    if (!tables.some(({ name, columns }) => name === from && columns.some((one) => one.name === column)))
      throw new Error(`there is no ${from}.${column}`);
    return `  ${from} ${cardinality} ${to} : ${column}`;
  });
  return `\`\`\`mermaid\nerDiagram\n${[...ties, ...boxes].join('\n')}\n\`\`\``;
}

/** Keys and indexes by their names, `table (columns)` where they have none of their own. */
export const listKeys = (tables: readonly Table[]): string[] =>
  tables.flatMap(({ name, columns, uniques, indices }) => [
    `${name} (${columns
      .filter((one) => one.isPrimary)
      .map((one) => one.name)
      .join(', ')})`,
    ...[...uniques, ...indices].map((key) => key.name ?? `${name} (${key.columnNames.join(', ')})`),
  ]);

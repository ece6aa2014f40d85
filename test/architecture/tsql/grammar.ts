import { init, parse } from '@guanmingchiu/sqlparser-ts';
import { RESERVED } from './reserved-words.js';

type Node = Readonly<Record<string, unknown>>;
type NodeCheck = (node: Node) => string | undefined;

await init();

/**
 * What SQL Server would not take of a statement; nothing when all is well. The parser reads its dialect, and much that only
 * others know: that is looked for behind it.
 */
export function findTsqlFaults(sql: string): string[] {
  let tree: unknown;
  try {
    // The parser does not know this one; what follows is a column as in ADD.
    tree = parse(sql.replace(/^(alter table \S+) alter column /i, '$1 add '), 'mssql');
  } catch (error) {
    return [String((error as Error).message)];
  }
  return [...new Set(findFaultsInTree(tree))];
}

const FUNCTIONS = new Set(
  `abs applock_test avg cast coalesce concat count datalength dateadd datediff datediff_big datepart iif isnull json_value left len lower
  ltrim max min newid nullif replace right row_number rtrim schema_name substring sum sysutcdatetime trim upper`.split(
    /\s+/,
  ),
);
const PREDICATES = ['Gt', 'Lt', 'GtEq', 'LtEq', 'Eq', 'NotEq', 'And', 'Or'];
const OPERATORS = new Set([
  ...PREDICATES,
  ...['Plus', 'Minus', 'Multiply', 'Divide', 'Modulo', 'BitwiseAnd', 'BitwiseOr', 'Union', 'Except', 'Intersect'],
]);
/** Expressions that are true or false: SQL Server has no such values, only conditions. */
const CONDITIONS = ['Exists', 'InList', 'InSubquery', 'IsNull', 'IsNotNull', 'Like', 'Between'];
const OTHER_DIALECT_EXPRESSIONS = [
  'IsTrue',
  'IsFalse',
  'IsNotTrue',
  'IsNotFalse',
  'ILike',
  'SimilarTo',
  'Tuple',
  'Array',
  'Interval',
];
const UNSUPPORTED_EXPRESSIONS = [...OTHER_DIALECT_EXPRESSIONS, 'Extract', 'Position', 'RLike', 'Using', 'Natural'];

const isPresent = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && !(Array.isArray(value) && value.length === 0);
const getPath = (node: Node, ...path: string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Node | undefined)?.[key], node);

function isCondition(expression: unknown): boolean {
  const node = (expression ?? {}) as Node;
  const operator = getPath(node, 'BinaryOp', 'op');
  if (isPresent(node['Nested'])) return isCondition(node['Nested']);
  return PREDICATES.includes(String(operator)) || CONDITIONS.some((key) => isPresent(node[key]));
}

const NODE_CHECKS: readonly NodeCheck[] = [
  (node) => (isPresent(getPath(node, 'limit_clause', 'LimitOffset', 'limit')) ? 'LIMIT' : undefined),
  (node) => (isPresent(node['limit_clause']) && !isPresent(node['order_by']) ? 'OFFSET without ORDER BY' : undefined),
  (node) => (isPresent(node['locks']) ? 'FOR UPDATE' : undefined),
  (node) => (isPresent(node['returning']) ? 'RETURNING' : undefined),
  (node) => (isPresent(getPath(node, 'Insert', 'on')) ? 'ON CONFLICT, ON DUPLICATE KEY' : undefined),
  (node) => (getPath(node, 'Cast', 'kind') === 'DoubleColon' ? ':: instead of CAST' : undefined),
  (node) => (isPresent(node['nulls_first']) || node['nulls_first'] === false ? 'NULLS FIRST, NULLS LAST' : undefined),
  (node) => {
    const operator = node['op'];
    return typeof operator === 'string' && 'left' in node && !OPERATORS.has(operator)
      ? `the operator ${operator}`
      : undefined;
  },
  (node) => {
    const key = UNSUPPORTED_EXPRESSIONS.find((one) => isPresent(node[one]));
    return key && `the expression ${key}`;
  },
  (node) => {
    const name = getPath(node, 'Function', 'name', '0', 'Identifier', 'value');
    return name !== undefined && !FUNCTIONS.has(String(name).toLowerCase()) ? `the function ${name}` : undefined;
  },
  (node) => {
    const shown = [
      node['UnnamedExpr'],
      getPath(node, 'ExprWithAlias', 'expr'),
      'target' in node ? node['value'] : undefined,
    ];
    return shown.some(isCondition) ? 'a condition as a value' : undefined;
  },
  (node) => {
    const { value, span, quote_style } = node;
    if (typeof value !== 'string' || !span || quote_style || value === 'DEFAULT') return undefined;
    if (/^(true|false)$/i.test(value)) return 'TRUE, FALSE';
    return RESERVED.has(value.toLowerCase()) ? `the reserved word ${value} for a name` : undefined;
  },
];

function* findFaultsInTree(tree: unknown): Generator<string> {
  if (Array.isArray(tree)) for (const each of tree) yield* findFaultsInTree(each);
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree)) return;
  const node = tree as Node;
  for (const look of NODE_CHECKS) {
    const fault = look(node);
    if (fault) yield fault;
  }
  for (const [key, value] of Object.entries(node)) {
    // A function may be called as a reserved word: LEFT, COALESCE.
    if (key === 'Function') yield* findFaultsInTree({ ...(value as Node), name: undefined });
    else if (key !== 'span' && key !== 'Value') yield* findFaultsInTree(value);
  }
}

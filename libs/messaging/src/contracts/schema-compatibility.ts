import type { JsonSchema } from '#kernel';

/** Keywords that do not affect validation. */
const ANNOTATION_KEYWORDS = ['$schema', '$id', '$comment', 'title', 'description', 'examples', 'default'];
const CHECKED_KEYWORDS = ['type', 'format', 'const', 'enum', 'minimum', 'pattern', 'items', 'properties', 'required'];

/**
 * Lists the ways in which documents that match `actual` can break a consumer of `expected`; empty if there are none.
 * Use it for a new version of a published schema, and for a schema that contains only what one consumer needs.
 * New members are allowed. Required members must stay, and no member may take a value that `expected` does not allow.
 * @throws Error for an unsupported keyword
 */
export function findBreakingChanges(actual: JsonSchema, expected: JsonSchema, path = ''): readonly string[] {
  for (const keyword of [...Object.keys(actual), ...Object.keys(expected)]) {
    if (!CHECKED_KEYWORDS.includes(keyword) && !ANNOTATION_KEYWORDS.includes(keyword))
      throw new Error(`${path || '/'}: unsupported keyword ${keyword}`);
  }
  return [
    ...compareValues(actual, expected, path),
    ...compareProperties(actual, expected, path),
    ...compareItems(actual, expected, path),
  ];
}

function compareValues(actual: JsonSchema, expected: JsonSchema, path: string): string[] {
  const found: string[] = [];
  const report = (what: string): void => void found.push(`${path || '/'} ${what}`);
  for (const type of typesOf(actual)) {
    if (expected.type !== undefined && !acceptsType(typesOf(expected), type)) report(`may be ${type}`);
  }
  const [expectedValues, actualValues] = [allowedValuesOf(expected), allowedValuesOf(actual)];
  if (expectedValues && !actualValues) report('may be any value');
  for (const value of actualValues ?? [])
    if (expectedValues && !expectedValues.includes(value)) report(`may be ${JSON.stringify(value)}`);
  if (expected.minimum !== undefined && !(Number(actual.minimum) >= expected.minimum))
    report(`may be below ${expected.minimum}`);
  for (const keyword of ['format', 'pattern'] as const) {
    if (expected[keyword] !== undefined && actual[keyword] !== expected[keyword] && !actualValues)
      report(`does not have the ${keyword} ${expected[keyword]}`);
  }
  return found;
}

function compareProperties(actual: JsonSchema, expected: JsonSchema, path: string): string[] {
  const actualProperties = actual.properties ?? {};
  const missing = (expected.required ?? []).filter((name) => !actual.required?.includes(name));
  const nested = Object.entries(expected.properties ?? {}).flatMap(([name, property]) =>
    actualProperties[name] ? findBreakingChanges(actualProperties[name], property, `${path}/${name}`) : [],
  );
  return [...missing.map((name) => `${path}/${name} may be missing`), ...nested];
}

const compareItems = (actual: JsonSchema, expected: JsonSchema, path: string): readonly string[] =>
  expected.items ? findBreakingChanges(actual.items ?? {}, expected.items, `${path}/*`) : [];

const ALL_TYPES = ['string', 'number', 'boolean', 'object', 'array', 'null'];
const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? ALL_TYPES : [type].flat());
const acceptsType = (types: readonly string[], type: string): boolean =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

const allowedValuesOf = (schema: JsonSchema): readonly unknown[] | undefined =>
  schema.const === undefined ? schema.enum : [schema.const];

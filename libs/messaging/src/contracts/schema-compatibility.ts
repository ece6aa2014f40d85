import type { JsonSchema } from '#kernel';

/** Words that say nothing about what fits. */
const ANNOTATION_KEYWORDS = ['$schema', '$id', '$comment', 'title', 'description', 'examples', 'default'];
const CHECKED_KEYWORDS = ['type', 'format', 'const', 'enum', 'minimum', 'pattern', 'items', 'properties', 'required'];

/**
 * Why somebody who relies on `expected` could stumble over what is `told`; empty when he cannot. Both the rule for a new
 * version of a published schema, and the one for a schema that names only what one consumer needs: more members are
 * welcome, everything that was relied upon stays, and nothing takes a value that was not announced.
 * @throws Error for a word that cannot be judged
 */
export function findBreakingChanges(actual: JsonSchema, expected: JsonSchema, path = ''): readonly string[] {
  for (const keyword of [...Object.keys(actual), ...Object.keys(expected)]) {
    if (!CHECKED_KEYWORDS.includes(keyword) && !ANNOTATION_KEYWORDS.includes(keyword))
      throw new Error(`${path || '/'}: the word ${keyword} is not known here`);
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
  const [wanted, given] = [allowedValuesOf(expected), allowedValuesOf(actual)];
  if (wanted && !given) report('may be anything');
  for (const value of given ?? []) if (wanted && !wanted.includes(value)) report(`may be ${JSON.stringify(value)}`);
  if (expected.minimum !== undefined && !(Number(actual.minimum) >= expected.minimum))
    report(`may be below ${expected.minimum}`);
  for (const word of ['format', 'pattern'] as const) {
    if (expected[word] !== undefined && actual[word] !== expected[word] && !given)
      report(`has not the ${word} ${expected[word]}`);
  }
  return found;
}

function compareProperties(actual: JsonSchema, expected: JsonSchema, path: string): string[] {
  const given = actual.properties ?? {};
  const missing = (expected.required ?? []).filter((name) => !actual.required?.includes(name));
  const nested = Object.entries(expected.properties ?? {}).flatMap(([name, wanted]) =>
    given[name] ? findBreakingChanges(given[name], wanted, `${path}/${name}`) : [],
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

import type { JsonSchema } from '#kernel';

/** Words that say nothing about what fits. */
const REMARKS = ['$schema', '$id', '$comment', 'title', 'description', 'examples', 'default'];
const KNOWN = ['type', 'format', 'const', 'enum', 'minimum', 'pattern', 'items', 'properties', 'required'];

/**
 * Why somebody who relies on `expected` could stumble over what is `told`; empty when he cannot. Both the rule for a new
 * version of a published schema, and the one for a schema that names only what one consumer needs: more members are
 * welcome, everything that was relied upon stays, and nothing takes a value that was not announced.
 * @throws Error for a word that cannot be judged
 */
export function differences(told: JsonSchema, expected: JsonSchema, at = ''): readonly string[] {
  for (const word of [...Object.keys(told), ...Object.keys(expected)]) {
    if (!KNOWN.includes(word) && !REMARKS.includes(word))
      throw new Error(`${at || '/'}: the word ${word} is not known here`);
  }
  return [...values(told, expected, at), ...members(told, expected, at), ...items(told, expected, at)];
}

function values(told: JsonSchema, expected: JsonSchema, at: string): string[] {
  const found: string[] = [];
  const say = (what: string): void => void found.push(`${at || '/'} ${what}`);
  for (const type of typesOf(told)) {
    if (expected.type !== undefined && !takes(typesOf(expected), type)) say(`may be ${type}`);
  }
  const [wanted, given] = [listOf(expected), listOf(told)];
  if (wanted && !given) say('may be anything');
  for (const value of given ?? []) if (wanted && !wanted.includes(value)) say(`may be ${JSON.stringify(value)}`);
  if (expected.minimum !== undefined && !(Number(told.minimum) >= expected.minimum))
    say(`may be below ${expected.minimum}`);
  for (const word of ['format', 'pattern'] as const) {
    if (expected[word] !== undefined && told[word] !== expected[word] && !given)
      say(`has not the ${word} ${expected[word]}`);
  }
  return found;
}

function members(told: JsonSchema, expected: JsonSchema, at: string): string[] {
  const given = told.properties ?? {};
  const missing = (expected.required ?? []).filter((name) => !told.required?.includes(name));
  const within = Object.entries(expected.properties ?? {}).flatMap(([name, wanted]) =>
    given[name] ? differences(given[name], wanted, `${at}/${name}`) : [],
  );
  return [...missing.map((name) => `${at}/${name} may be missing`), ...within];
}

const items = (told: JsonSchema, expected: JsonSchema, at: string): readonly string[] =>
  expected.items ? differences(told.items ?? {}, expected.items, `${at}/*`) : [];

const ANY = ['string', 'number', 'boolean', 'object', 'array', 'null'];
const typesOf = ({ type }: JsonSchema): readonly string[] => (type === undefined ? ANY : [type].flat());
const takes = (types: readonly string[], type: string): boolean =>
  types.includes(type) || (type === 'integer' && types.includes('number'));

const listOf = (schema: JsonSchema): readonly unknown[] | undefined =>
  schema.const === undefined ? schema.enum : [schema.const];

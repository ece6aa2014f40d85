/** The parts of a JSON Schema that are used here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}
type Schemas = Readonly<Record<string, Schema>>;

const FORMAT_EXAMPLES: Readonly<Record<string, string>> = {
  uuid: '0f8fad5b-d9cb-469f-a165-70867728950e',
  'date-time': '2026-03-01T12:00:00.000Z',
};

/**
 * Builds an example of a body from the examples of its members. Optional members are included if they have one. Undefined when
 * a required member has no example and its schema is not specific enough.
 */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  const { $ref, type, format = '', items, allOf, properties } = schema;
  if ($ref !== undefined) return exampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)] ?? {}, schemas);
  const explicit = schema.example ?? schema.default ?? schema.enum?.[0] ?? FORMAT_EXAMPLES[format];
  if (explicit !== undefined) return explicit;
  if (allOf !== undefined) return mergeExamples(allOf.map((part) => exampleOf(part, schemas)));
  if (type === 'array') {
    const item = exampleOf(items ?? {}, schemas);
    return item === undefined ? undefined : [item];
  }
  if (properties !== undefined) return exampleOfMembers(schema, properties, schemas);
  if (type === 'boolean') return true;
  return type?.includes('null') ? null : undefined;
}

function exampleOfMembers(
  { required = [] }: Schema,
  properties: Readonly<Record<string, Schema>>,
  schemas: Schemas,
): Record<string, unknown> | undefined {
  const members: [name: string, example: unknown][] = [];
  for (const [name, schema] of Object.entries(properties)) {
    const isRequired = required.includes(name);
    const example = isRequired ? exampleOf(schema, schemas) : (schema.example ?? schema.default);
    if (example !== undefined) members.push([name, example]);
    else if (isRequired) return undefined;
  }
  return Object.fromEntries(members);
}

const mergeExamples = (parts: readonly unknown[]): unknown =>
  parts.includes(undefined) ? undefined : Object.assign({}, ...(parts as object[]));

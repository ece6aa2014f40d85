import fc from 'fast-check';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly nullable?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
}
interface Example {
  readonly $ref?: string;
  readonly value?: unknown;
}
interface Media {
  readonly schema?: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, Example>>;
}
type Content = Readonly<Record<string, Media>>;
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly { readonly in: string; readonly name: string; readonly schema?: Schema }[];
  readonly summary: string;
  readonly security: readonly Record<string, unknown>[];
  readonly body: Schema | undefined;
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: Content }>>;
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly examples: Readonly<Record<string, Example>>;
  };
}

export const listOperations = ({ paths }: OpenApi): Operation[] =>
  Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, found]) => {
      const { requestBody, parameters = [], security = [], summary = '', responses } = found as Omit<Operation, 'body'>;
      const body = requestBody?.content['application/json']?.schema;
      const sent = requestBody && { requestBody };
      return { method: method.toUpperCase(), path, summary, security, parameters, body, ...sent, responses };
    }),
  );

/** A body of the document: where it stands in there, as a JSON pointer in a fragment, and its examples. */
export interface DocumentedBody {
  readonly pointer: string;
  readonly type: string;
  /** Of the answer; none of a request. */
  readonly status: number | undefined;
  readonly examples: readonly unknown[];
}

const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

export function listBodies(
  { method, path, requestBody, responses }: Operation,
  { components }: OpenApi,
): DocumentedBody[] {
  const at = `#/paths/${escapePointer(path)}/${method.toLowerCase()}`;
  const contents: [place: string, content: Content, status: number | undefined][] = [
    [`${at}/requestBody`, requestBody?.content ?? {}, undefined],
    ...Object.entries(responses).map(([status, { content = {} }]): [string, Content, number] => [
      `${at}/responses/${status}`,
      content,
      Number(status),
    ]),
  ];
  const shown = ({ $ref, value }: Example) =>
    $ref === undefined ? value : components.examples[$ref.split('/').at(-1) ?? '']?.value;
  return contents.flatMap(([place, content, status]) =>
    Object.entries(content).map(([type, { example, examples = {} }]) => ({
      ...{ pointer: `${place}/content/${escapePointer(type)}`, type, status },
      examples: [...(example === undefined ? [] : [example]), ...Object.values(examples).map(shown)],
    })),
  );
}

/** What a request of an operation is made of. */
export interface GeneratedRequest {
  readonly path: string;
  readonly json: unknown;
}

/** Requests of an operation: some as its schemas want them, some with a fault. Ids are those of people who are there, or not. */
export function requestArbitrary(
  { schemas }: OpenApi['components'],
  operation: Operation,
  ids: readonly string[],
): fc.Arbitrary<GeneratedRequest> {
  const valid = (schema: Schema): fc.Arbitrary<unknown> => schemaArbitrary(schemas, schema);
  const inPath = fc.oneof(fc.constantFrom(...ids), fc.uuid(), fc.constantFrom('x', "'", '%00', '..%2f', 'me', 'ä'));
  const query = operation.parameters.filter((one) => one.in === 'query');
  const given = fc.tuple(
    ...query.map(({ name, schema = {} }) =>
      fc.option(fc.oneof(valid(schema), garbageArbitrary).map((value) => [name, value] as const)),
    ),
  );
  const stranger = fc.option(fc.constant(['nonsense', '1'] as const), { freq: 6 });
  const body =
    operation.body === undefined
      ? fc.option(fc.constant({}), { nil: undefined })
      : bodyArbitrary(schemas, operation.body);
  return fc
    .tuple(fc.array(inPath, { minLength: 3, maxLength: 3 }), given, stranger, body)
    .map(([places, values, more, json]) => {
      let at = 0;
      const path = operation.path.replaceAll(/\{\w+\}/g, () => places[at++] ?? 'x');
      const pairs = [...values, ...(query.length > 0 ? [more] : [])].filter((one) => one !== null);
      const search = new URLSearchParams(
        pairs.map(([name, value]): [string, string] => [name, String(value)]),
      ).toString();
      return { path: search ? `${path}?${search}` : path, json };
    });
}

/** JSON, and nothing that every database would keep. */
const unstorableText = fc.constantFrom('\ud800', 'a\udfff\ud800', '\u0000');

const garbageArbitrary = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.constantFrom('', 'null', '[]', '-1', '\u0000'),
);

/** A body as it should be; with one member of another kind, missing or unknown; or something else altogether. */
function bodyArbitrary(schemas: OpenApi['components']['schemas'], schema: Schema): fc.Arbitrary<unknown> {
  const valid = schemaArbitrary(schemas, schema);
  const spoilt = fc
    .tuple(
      valid,
      fc.nat(),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant(undefined), fc.string({ size: 'large' })),
    )
    .map(([body, at, value]) => {
      const names = Object.keys(body as object);
      return { ...(body as object), [names[at % (names.length + 1)] ?? 'nonsense']: value };
    });
  return fc.oneof(
    { weight: 3, arbitrary: valid },
    { weight: 3, arbitrary: spoilt },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function schemaArbitrary(schemas: OpenApi['components']['schemas'], schema: Schema): fc.Arbitrary<unknown> {
  const inner = (one: Schema) => schemaArbitrary(schemas, one);
  if (schema.$ref) return inner(schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.allOf) return fc.tuple(...schema.allOf.map(inner)).map((all) => Object.assign({}, ...(all as object[])));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'array') return fc.array(inner(schema.items ?? {}), { maxLength: 3 });
  if (schema.type === 'integer' || schema.type === 'number') return fc.integer({ min: -1, max: 200 });
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'object' && !schema.properties)
    return fc.dictionary(
      fc.oneof(fc.string(), unstorableText),
      fc.oneof(fc.jsonValue({ maxDepth: 2 }), unstorableText),
      {
        maxKeys: 2,
      },
    );
  if (schema.type === 'object' || schema.properties) {
    const requiredKeys = [...(schema.required ?? [])];
    const members = Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, one]) => [name, inner(one)]),
    );
    return fc.record(members, { requiredKeys });
  }
  const example = schema.example === undefined ? [] : [{ weight: 3, arbitrary: fc.constant(schema.example) }];
  const formatted =
    schema.format === 'uuid'
      ? fc.uuid()
      : schema.format === 'date-time'
        ? fc.date({ noInvalidDate: true }).map((at) => at.toISOString())
        : fc.string({ maxLength: 40 });
  return fc.oneof(...example, { weight: 1, arbitrary: formatted });
}

/** The subset of JSON Schema that is used here; valid in draft 7 and in 2020-12. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly const?: string | number;
  readonly enum?: readonly (string | number | null)[];
  readonly minimum?: number;
  readonly pattern?: string;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
}

/** A TypeScript type together with its JSON Schema, so that the two stay consistent. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  /** For the compiler only. */
  readonly of?: T;
}

/** An optional member. */
export interface MayBeMissing<T> {
  readonly member: Shape<T>;
}

export type TypeOf<S> = S extends Shape<infer T> ? T : never;

type Members = Readonly<Record<string, Shape<unknown> | MayBeMissing<unknown>>>;
type Present<M> = { readonly [K in keyof M as M[K] extends MayBeMissing<unknown> ? never : K]: TypeOf<M[K]> };
type Missing<M> = {
  readonly [K in keyof M as M[K] extends MayBeMissing<unknown> ? K : never]?: M[K] extends MayBeMissing<infer T>
    ? T
    : never;
};

const text = (schema: JsonSchema = {}): Shape<string> => ({ schema: { type: 'string', ...schema } });

/** Builds shapes: `shape.object({ id: shape.id('Of the customer.'), phone: shape.orNull(shape.text()) })`. */
export const shape = {
  text: (description?: string) => text({ ...describedBy(description) }),
  /** A UUID. */
  id: (description?: string) => text({ ...describedBy(description), format: 'uuid' }),
  /** RFC 3339, UTC. */
  moment: (description?: string) => text({ ...describedBy(description), format: 'date-time' }),
  /** ISO 3166-1 alpha-2. */
  market: () => text({ description: 'ISO 3166-1 alpha-2.', pattern: '^[A-Z]{2}$' }),
  whole: (description?: string, minimum = 0): Shape<number> => ({
    schema: { type: 'integer', minimum, ...describedBy(description) },
  }),
  oneOf: <const T extends string>(words: readonly T[], description?: string): Shape<T> => ({
    schema: { type: 'string', enum: words, ...describedBy(description) },
  }),
  list: <T>(item: Shape<T>, description?: string): Shape<readonly T[]> => ({
    schema: { type: 'array', items: item.schema, ...describedBy(description) },
  }),
  orNull: <T>({ schema }: Shape<T>): Shape<T | null> => ({
    schema: {
      ...schema,
      type: [...[schema.type ?? []].flat(), 'null'],
      ...(schema.enum ? { enum: [...schema.enum, null] } : {}),
    },
  }),
  maybe: <T>(member: Shape<T>): MayBeMissing<T> => ({ member }),
  object: <const M extends Members>(members: M, description?: string): Shape<Present<M> & Missing<M>> => ({
    schema: {
      type: 'object',
      ...describedBy(description),
      properties: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, memberOf(member).schema])),
      required: Object.entries(members).flatMap(([name, member]) => ('member' in member ? [] : [name])),
    },
  }),
};

const memberOf = (entry: Shape<unknown> | MayBeMissing<unknown>): Shape<unknown> =>
  'member' in entry ? entry.member : entry;

const describedBy = (description: string | undefined): JsonSchema => (description === undefined ? {} : { description });

import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type AnySchema, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { JsonSchema } from '#kernel';
import { ROOT } from '../support/ensure-built.js';

const PUBLISHED_FOLDER = path.join(ROOT, 'docs/events');
const CONSUMERS_FOLDER = path.join(ROOT, 'test/contracts');
const SCHEMA_SUFFIX = '.schema.json';

export interface NamedSchema {
  /** Of the event. */
  readonly type: string;
  /** From the project's root. */
  readonly file: string;
  readonly schema: JsonSchema;
}

/** What one consumer needs of one event. */
export interface ConsumerSchema extends NamedSchema {
  readonly consumer: string;
}

/** The published schemas; with `omit` those of events that tell less then. */
export const publishedSchemas = (kind: 'include' | 'omit' = 'include'): readonly NamedSchema[] =>
  schemasIn(kind === 'omit' ? path.join(PUBLISHED_FOLDER, 'omit') : PUBLISHED_FOLDER);

export const consumerSchemas = (): readonly ConsumerSchema[] =>
  readdirSync(CONSUMERS_FOLDER)
    .filter((name) => statSync(path.join(CONSUMERS_FOLDER, name)).isDirectory())
    .flatMap((consumer) => schemasIn(path.join(CONSUMERS_FOLDER, consumer)).map((schema) => ({ consumer, ...schema })));

const schemasIn = (folder: string): readonly NamedSchema[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(SCHEMA_SUFFIX))
    .map((name) => ({
      type: name.slice(0, -SCHEMA_SUFFIX.length),
      file: path.relative(ROOT, path.join(folder, name)),
      schema: JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as JsonSchema,
    }));

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);

export const compileValidator = (schema: JsonSchema): ValidateFunction => ajv.compile(schema as AnySchema);

/** The same, and nothing else: a member that nobody published is a fault. */
export function disallowAdditionalProperties(schema: JsonSchema): JsonSchema {
  const { properties, items } = schema;
  return {
    ...schema,
    ...(items ? { items: disallowAdditionalProperties(items) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, one]) => [name, disallowAdditionalProperties(one)]),
          ),
        }
      : {}),
    ...(properties ? { additionalProperties: false } : {}),
  } as JsonSchema;
}

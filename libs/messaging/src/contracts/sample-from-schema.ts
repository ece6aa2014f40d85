import type { JsonSchema } from '#kernel';

const SAMPLES: Readonly<Record<string, unknown>> = {
  uuid: '01a1f980-a045-700b-9375-5db802c20578',
  'date-time': '2026-11-20T15:08:41.203Z',
  '^[A-Z]{2}$': 'US',
  string: '…',
  integer: 1,
  array: [],
};

/** Builds a value that matches the schema, for the documentation. */
export function sampleFromSchema(schema: JsonSchema): unknown {
  if (schema.type === 'object') {
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, property]) => [name, sampleFromSchema(property)]),
    );
  }
  if (schema.items) return [sampleFromSchema(schema.items)];
  const [type = 'null'] = [schema.type ?? []].flat();
  return schema.const ?? schema.enum?.[0] ?? SAMPLES[schema.format ?? schema.pattern ?? type] ?? null;
}

import { describe, expect, it } from 'vitest';
import { type JsonSchema, shape } from '#kernel';
import { findBreakingChanges } from './schema-compatibility.js';

const { object, text, id, oneOf, orNull, whole, list, maybe } = shape;
const published = object({
  id: id(),
  name: orNull(text()),
  channel: oneOf(['email', 'sms']),
  version: whole(undefined, 1),
  parts: list(object({ price: whole() })),
  note: maybe(text()),
}).schema;
const changed = (members: Record<string, JsonSchema>, required = published.required): JsonSchema => ({
  ...published,
  properties: { ...published.properties, ...members },
  ...(required ? { required } : {}),
});
const without = (name: string): JsonSchema => {
  const { [name]: _gone, ...properties } = published.properties ?? {};
  return { ...published, properties, required: published.required?.filter((member) => member !== name) ?? [] };
};

describe('findBreakingChanges', () => {
  it.each<[string, JsonSchema]>([
    ['the same', published],
    ['an added member', changed({ more: { type: 'string' } })],
    ['an added required member', changed({ more: { type: 'string' } }, [...(published.required ?? []), 'more'])],
    ['another description', changed({ id: { ...published.properties?.['id'], description: 'Another.' } })],
    ['a member that can no longer be null', changed({ name: { type: 'string' } })],
    ['fewer enum values', changed({ channel: { type: 'string', enum: ['email'] } })],
    ['one constant value', changed({ channel: { type: 'string', const: 'sms' } })],
    ['a higher minimum', changed({ version: { type: 'integer', minimum: 2 } })],
    ['a removed optional member', without('note')],
  ])('reports nothing for a compatible change: %s', (_, actual) => {
    expect(findBreakingChanges(actual, published)).toEqual([]);
  });

  it.each<[string, JsonSchema, string]>([
    ['a removed required member', without('id'), '/id may be missing'],
    ['a required member made optional', changed({}, ['id']), '/name may be missing'],
    ['another type', changed({ version: { type: 'string' } }), '/version may be string'],
    ['a fraction', changed({ version: { type: 'number', minimum: 1 } }), '/version may be number'],
    ['a member that can be null', changed({ id: { type: ['string', 'null'], format: 'uuid' } }), '/id may be null'],
    [
      'an added enum value',
      changed({ channel: { type: 'string', enum: ['email', 'sms', 'fax'] } }),
      '/channel may be "fax"',
    ],
    ['any value instead of an enum', changed({ channel: { type: 'string' } }), '/channel may be any value'],
    ['no minimum', changed({ version: { type: 'integer' } }), '/version may be below 1'],
    ['a lower minimum', changed({ version: { type: 'integer', minimum: 0 } }), '/version may be below 1'],
    ['no format', changed({ id: { type: 'string' } }), '/id does not have the format uuid'],
    [
      'a change in a nested array item',
      changed({ parts: list(object({ price: text() })).schema }),
      '/parts/*/price may be string',
    ],
  ])('reports a breaking change: %s', (_, actual, fault) => {
    expect(findBreakingChanges(actual, published)).toContain(fault);
  });

  it('ignores members that the consumer does not need', () => {
    const needed = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };
    expect(findBreakingChanges(published, needed)).toEqual([]);
    expect(findBreakingChanges(without('id'), needed)).toEqual(['/id may be missing']);
  });

  it('throws on an unsupported keyword', () => {
    const odd = { type: 'string', maxLength: 3 } as JsonSchema;
    expect(() => findBreakingChanges(odd, {})).toThrow('maxLength');
    expect(() => findBreakingChanges({}, odd)).toThrow('maxLength');
  });
});

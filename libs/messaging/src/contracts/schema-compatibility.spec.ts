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
  return { ...published, properties, required: published.required?.filter((one) => one !== name) ?? [] };
};

describe('differences', () => {
  it.each<[string, JsonSchema]>([
    ['the same', published],
    ['one more member', changed({ more: { type: 'string' } })],
    ['one more that is always there', changed({ more: { type: 'string' } }, [...(published.required ?? []), 'more'])],
    ['other words', changed({ id: { ...published.properties?.['id'], description: 'Another.' } })],
    ['never null any more', changed({ name: { type: 'string' } })],
    ['fewer words', changed({ channel: { type: 'string', enum: ['email'] } })],
    ['one word', changed({ channel: { type: 'string', const: 'sms' } })],
    ['a higher minimum', changed({ version: { type: 'integer', minimum: 2 } })],
    ['without a member that might be missing', without('note')],
  ])('given %s, then a reader of what was published gets on', (_, told) => {
    expect(findBreakingChanges(told, published)).toEqual([]);
  });

  it.each<[string, JsonSchema, string]>([
    ['a member is gone', without('id'), '/id may be missing'],
    ['it may be missing', changed({}, ['id']), '/name may be missing'],
    ['another type', changed({ version: { type: 'string' } }), '/version may be string'],
    ['a fraction', changed({ version: { type: 'number', minimum: 1 } }), '/version may be number'],
    ['it may be null', changed({ id: { type: ['string', 'null'], format: 'uuid' } }), '/id may be null'],
    ['a word more', changed({ channel: { type: 'string', enum: ['email', 'sms', 'fax'] } }), '/channel may be "fax"'],
    ['any word', changed({ channel: { type: 'string' } }), '/channel may be anything'],
    ['no minimum', changed({ version: { type: 'integer' } }), '/version may be below 1'],
    ['a lower minimum', changed({ version: { type: 'integer', minimum: 0 } }), '/version may be below 1'],
    ['no format', changed({ id: { type: 'string' } }), '/id has not the format uuid'],
    [
      'something deep inside',
      changed({ parts: list(object({ price: text() })).schema }),
      '/parts/*/price may be string',
    ],
  ])('given %s, then it says so', (_, told, fault) => {
    expect(findBreakingChanges(told, published)).toContain(fault);
  });

  it('given a consumer that needs two members, then the others do not matter', () => {
    const needed = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } };
    expect(findBreakingChanges(published, needed)).toEqual([]);
    expect(findBreakingChanges(without('id'), needed)).toEqual(['/id may be missing']);
  });

  it('given a word that it cannot judge, then it does not pretend to', () => {
    const odd = { type: 'string', maxLength: 3 } as JsonSchema;
    expect(() => findBreakingChanges(odd, {})).toThrow('maxLength');
    expect(() => findBreakingChanges({}, odd)).toThrow('maxLength');
  });
});

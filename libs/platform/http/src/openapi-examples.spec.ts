import { describe, expect, it } from 'vitest';
import { exampleOf, type Schema } from './openapi-examples.js';

const PERSON = {
  type: 'object',
  required: ['id', 'name', 'isHere'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: ['string', 'null'] },
    isHere: { type: 'boolean' },
    nick: { type: 'string', example: 'Ada' },
    note: { type: 'string' },
  },
};
const ADA = { id: '0f8fad5b-d9cb-469f-a165-70867728950e', name: null, isHere: true, nick: 'Ada' };
const SCHEMAS = { PERSON };

describe('exampleOf', () => {
  it('builds a body from the examples of its members, without optional ones that have none', () => {
    expect(exampleOf({ $ref: '#/components/schemas/PERSON' }, SCHEMAS)).toEqual(ADA);
  });

  it('supports lists and compositions', () => {
    const page: Schema = {
      allOf: [
        { type: 'object', properties: { total: { type: 'integer' } } },
        {
          type: 'object',
          required: ['items'],
          properties: { items: { type: 'array', items: { $ref: '#/components/schemas/PERSON' } } },
        },
      ],
    };
    expect(exampleOf(page, SCHEMAS)).toEqual({ items: [ADA] });
  });

  it.each([
    [{ type: 'string' }],
    [{ type: 'object', required: ['x'], properties: { x: { type: 'integer' } } }],
    [{ type: 'array', items: {} }],
    [{ allOf: [PERSON, { type: 'string' }] }],
  ])('invents no example for %j', (schema) => {
    expect(exampleOf(schema, {})).toBeUndefined();
  });
});

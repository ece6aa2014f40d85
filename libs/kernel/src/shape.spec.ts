import { describe, expect, expectTypeOf, it } from 'vitest';
import { eventOf } from './event-contract.js';
import { IntegrationEvent } from './integration-event.js';
import { shape, type TypeOf } from './shape.js';

const person = shape.object({
  id: shape.id('Of the person.'),
  phone: shape.orNull(shape.text()),
  mood: shape.orNull(shape.oneOf(['good', 'bad'])),
  names: shape.list(shape.text()),
  age: shape.maybe(shape.whole()),
});

describe('shape', () => {
  it('describes members and optional members in the schema', () => {
    expect(person.schema).toEqual({
      type: 'object',
      properties: {
        id: { type: 'string', format: 'uuid', description: 'Of the person.' },
        phone: { type: ['string', 'null'] },
        mood: { type: ['string', 'null'], enum: ['good', 'bad', null] },
        names: { type: 'array', items: { type: 'string' } },
        age: { type: 'integer', minimum: 0 },
      },
      required: ['id', 'phone', 'mood', 'names'],
    });
  });

  it('infers the same type from the members', () => {
    expectTypeOf<TypeOf<typeof person>>().toExtend<{
      readonly id: string;
      readonly phone: string | null;
      readonly mood: 'good' | 'bad' | null;
      readonly names: readonly string[];
      readonly age?: number;
    }>();
    // @ts-expect-error a member is missing
    const lacking: TypeOf<typeof person> = { id: 'a', phone: null, mood: null };
    // @ts-expect-error no such mood
    const wrong: TypeOf<typeof person> = { id: 'a', phone: null, mood: 'fair', names: [] };
    expect([lacking, wrong]).toHaveLength(2);
  });
});

describe('eventOf', () => {
  class GreetedV1 extends eventOf({
    type: 'test.greeted.v1',
    source: '/foyer/test',
    aggregateType: 'test',
    description: 'Somebody was greeted.',
    data: shape.object({ name: shape.text() }),
  }) {}

  it('creates events according to their contract', () => {
    const event = new GreetedV1('subject', 1, 'US', { name: 'Mia' });
    expect(event).toBeInstanceOf(IntegrationEvent);
    expect(event).toMatchObject({ type: 'test.greeted.v1', source: '/foyer/test', aggregateType: 'test' });
    expect(GreetedV1.contract.description).toBe('Somebody was greeted.');
    expectTypeOf(event.data.name).toEqualTypeOf<string>();
  });
});

import { type ConsumedEvent, type EventContract, type JsonSchema, shape, type TypeOf } from '#kernel';

/** The CloudEvents 1.0 attributes of every Foyer event, and Foyer's extensions. */
export const eventAttributes = shape.object({
  specversion: shape.oneOf(['1.0']),
  id: shape.id('Fixed when the event is written: every repetition bears it.'),
  source: shape.text('`/foyer/<module>`'),
  type: shape.text('`<subject>.<past tense>.v<n>`'),
  subject: shape.id('Of the aggregate.'),
  time: shape.moment('When it was written, to the millisecond.'),
  datacontenttype: shape.oneOf(['application/json']),
  sequence: shape.whole('1, 2, 3 … per aggregate.', 1),
  market: shape.market(),
  correlationid: shape.text('Of the request that all this began with.'),
  causationid: shape.text('Of the request or the event that led to it at once.'),
  traceparent: shape.maybe(shape.text('W3C Trace Context, if the request had one.')),
});

/** The attributes that all events share. */
export type EventAttributes = TypeOf<typeof eventAttributes>;

/** Whether events contain personal data: `EVENT_PERSONAL_DATA`. */
export type PersonalDataPolicy = 'include' | 'omit';

/** The JSON Schema of a published event. Members may be added: consumers ignore unknown members. */
export function publishedEventSchema(
  contract: EventContract,
  personalData: PersonalDataPolicy = 'include',
): JsonSchema {
  const data = personalData === 'omit' ? (contract.sparse ?? contract.data) : contract.data;
  const { properties = {}, required = [] } = eventAttributes.schema;
  const own = {
    source: { ...properties['source'], const: contract.source },
    type: { ...properties['type'], const: contract.type },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: contract.type,
    description: contract.description,
    type: 'object',
    properties: { ...properties, ...own, data: data.schema },
    required: [...required, 'data'],
  };
}

/** The JSON Schema of a consumed event: the attributes that CloudEvents 1.0 requires, and the data. */
export function consumedEventSchema({ type, description, data }: ConsumedEvent): JsonSchema {
  const { specversion, id } = eventAttributes.schema.properties ?? {};
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: type,
    description,
    type: 'object',
    properties: {
      ...(specversion && { specversion }),
      id: { type: id?.type ?? 'string', description: 'The same in every repetition.' },
      source: { type: 'string', description: 'Who tells it.' },
      type: { type: 'string', const: type },
      data: data.schema,
    },
    required: ['specversion', 'id', 'source', 'type', 'data'],
  };
}

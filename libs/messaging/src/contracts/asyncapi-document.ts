import type { ConsumedEvent, EventContract, JsonSchema } from '#kernel';
import { EVENTS_EXCHANGE } from '../publishers/rabbitmq/event-topology.js';
import { INBOUND_EXCHANGE } from '../sources/rabbitmq/consumer-topology.js';
import type { EventCatalog } from './event-catalog.js';
import { consumedEventSchema, type PersonalDataPolicy, publishedEventSchema } from './event-schema.js';
import { sampleFromSchema } from './sample-from-schema.js';

const MEDIA_TYPE = 'application/cloudevents+json';
const DOCUMENT_DESCRIPTION = `The events of Foyer as CloudEvents 1.0 in JSON.
An event exists if and only if its transaction committed. It is delivered at least once, per aggregate in the order of \`sequence\`; deduplicate it by its \`id\`.`;

/** The AsyncAPI 3.0 document: a channel per type, which is the routing key on RabbitMQ. No address of a broker. */
export function buildAsyncApiDocument({ contracts, heard }: EventCatalog, personalData: PersonalDataPolicy): object {
  const published = contracts.map((event) => [event.type, event] as const);
  const consumed = heard.map((event) => [event.type, event] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Foyer events',
      version: '1',
      description: DOCUMENT_DESCRIPTION,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: MEDIA_TYPE,
    channels: {
      ...mapByType(published, (event) => channel(event, EVENTS_EXCHANGE)),
      ...mapByType(consumed, (event) => channel(event, INBOUND_EXCHANGE)),
    },
    operations: {
      ...mapByType(published, (event) => operation('send', event)),
      ...mapByType(consumed, (event) => operation('receive', event)),
    },
    components: {
      messages: {
        ...mapByType(published, (event) => publishedMessage(event, publishedEventSchema(event, personalData))),
        ...mapByType(consumed, (event) => consumedMessage(event, consumedEventSchema(event))),
      },
    },
  };
}

const mapByType = <T>(events: readonly (readonly [string, T])[], make: (event: T) => object): object =>
  Object.fromEntries(events.map(([type, event]) => [type, make(event)]));

const channel = ({ type, description }: ConsumedEvent | EventContract, exchange: string): object => ({
  address: type,
  description,
  messages: { event: { $ref: `#/components/messages/${type}` } },
  bindings: {
    amqp: { is: 'routingKey', exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false } },
  },
});

const operation = (action: 'send' | 'receive', { type }: ConsumedEvent | EventContract): object => ({
  action,
  channel: { $ref: `#/channels/${type}` },
  messages: [{ $ref: `#/channels/${type}/messages/event` }],
});

const publishedMessage = (contract: EventContract, schema: JsonSchema): object => ({
  ...message(contract, schema, sampleFromSchema(schema)),
  description: `Counted by \`sequence\` per ${contract.aggregateType}, in order.`,
  correlationId: { location: '$message.payload#/correlationid' },
});

const consumedMessage = (event: ConsumedEvent, schema: JsonSchema): object =>
  message(event, schema, { ...(sampleFromSchema(schema) as object), data: event.sample });

const message = (
  { type, description }: ConsumedEvent | EventContract,
  payload: JsonSchema,
  sample: unknown,
): object => ({
  name: type,
  title: type,
  summary: description,
  contentType: MEDIA_TYPE,
  payload,
  examples: [{ name: 'sample', payload: sample }],
});

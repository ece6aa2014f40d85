import type { EventContract, HeardEvent, JsonSchema } from '#kernel';
import { EVENTS } from '../publishers/rabbitmq/topology.js';
import { INBOUND } from '../sources/rabbitmq/incoming-topology.js';
import type { AnnouncedEvents } from './announced-events.js';
import { heardSchemaOf, type PersonalData, schemaOf } from './event-schema.js';
import { sampleOf } from './sample.js';

const MEDIA_TYPE = 'application/cloudevents+json';
const ABOUT = `What happens at Foyer, as CloudEvents 1.0 in JSON.
An event exists if and only if its transaction committed. It is delivered at least once, per aggregate in the order of \`sequence\`; count it once by its \`id\`.`;

/** The AsyncAPI 3.0 document: a channel per type, which is the routing key on RabbitMQ. No address of a broker. */
export function asyncApiOf({ contracts, heard }: AnnouncedEvents, personalData: PersonalData): object {
  const told = contracts.map((one) => [one.type, one] as const);
  const listened = heard.map((one) => [one.type, one] as const);
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Foyer events',
      version: '1',
      description: ABOUT,
      license: { name: 'MIT', url: 'https://spdx.org/licenses/MIT.html' },
    },
    defaultContentType: MEDIA_TYPE,
    channels: { ...listed(told, (one) => channel(one, EVENTS)), ...listed(listened, (one) => channel(one, INBOUND)) },
    operations: {
      ...listed(told, (one) => operation('send', one)),
      ...listed(listened, (one) => operation('receive', one)),
    },
    components: {
      messages: {
        ...listed(told, (one) => announced(one, schemaOf(one, personalData))),
        ...listed(listened, (one) => awaited(one, heardSchemaOf(one))),
      },
    },
  };
}

const listed = <T>(events: readonly (readonly [string, T])[], make: (one: T) => object): object =>
  Object.fromEntries(events.map(([type, one]) => [type, make(one)]));

const channel = ({ type, tells }: HeardEvent | EventContract, exchange: string): object => ({
  address: type,
  description: tells,
  messages: { event: { $ref: `#/components/messages/${type}` } },
  bindings: {
    amqp: { is: 'routingKey', exchange: { name: exchange, type: 'topic', durable: true, autoDelete: false } },
  },
});

const operation = (action: 'send' | 'receive', { type }: HeardEvent | EventContract): object => ({
  action,
  channel: { $ref: `#/channels/${type}` },
  messages: [{ $ref: `#/channels/${type}/messages/event` }],
});

const announced = (contract: EventContract, schema: JsonSchema): object => ({
  ...message(contract, schema, sampleOf(schema)),
  description: `Counted by \`sequence\` per ${contract.aggregateType}, in order.`,
  correlationId: { location: '$message.payload#/correlationid' },
});

const awaited = (heard: HeardEvent, schema: JsonSchema): object =>
  message(heard, schema, { ...(sampleOf(schema) as object), data: heard.sample });

const message = ({ type, tells }: HeardEvent | EventContract, payload: JsonSchema, sample: unknown): object => ({
  name: type,
  title: type,
  summary: tells,
  contentType: MEDIA_TYPE,
  payload,
  examples: [{ name: 'sample', payload: sample }],
});

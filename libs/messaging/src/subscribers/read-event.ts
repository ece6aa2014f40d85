import { type EventSubscriber, type IncomingEvent, InvalidInput } from '#kernel';
import { parseStrictJson } from '#platform/http';
import { Poison } from './poison.js';

/** A document that was read, and what it says of the request it comes from. */
export interface ReadEvent<Data extends object> {
  readonly event: IncomingEvent<Data>;
  readonly correlationId: string | undefined;
  /** Its own id, if that is one that may go on into logs and events of ours. */
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
}

const MOST_BYTES = 256 * 1024;
const JSON_LIMITS = { depth: 20, keys: 10_000 };
const MOST_CHARACTERS = 256;
const TYPE = /^[a-z0-9_.]{1,128}$/;
const CORRELATION = /^[A-Za-z0-9._-]{1,64}$/;
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Reads a CloudEvents 1.0 document in structured JSON. Members that are not known are let be.
 * @throws Poison
 */
export function readEvent<Data extends object>(body: Uint8Array, subscriber: EventSubscriber<Data>): ReadEvent<Data> {
  if (body.byteLength > MOST_BYTES) throw new Poison('too_large', `more than ${MOST_BYTES} bytes`);
  const parsed = parseStrictJson(body, JSON_LIMITS);
  if ('fault' in parsed) throw new Poison('not_json', parsed.fault);
  const document = objectAt('/', parsed.value);
  if (document['specversion'] !== '1.0') throw wrong('/specversion');
  const type = typeOf(document, subscriber.types);
  const event = {
    consumer: subscriber.name,
    ordered: subscriber.ordered,
    id: textAt('/id', document['id']),
    source: textAt('/source', document['source']),
    type,
    subject: document['subject'] === undefined ? null : textAt('/subject', document['subject']),
    sequence: document['sequence'] === undefined ? null : countAt('/sequence', document['sequence']),
    data: dataOf(document, type, subscriber),
  };
  if (event.ordered && (event.subject === null || event.sequence === null)) throw wrong('/sequence');
  const causationId = matching(event.id, CORRELATION);
  return {
    event,
    causationId,
    correlationId: matching(document['correlationid'], CORRELATION) ?? causationId,
    traceparent: matching(document['traceparent'], TRACEPARENT),
  };
}

const wrong = (pointer: string): Poison => new Poison('wrong_schema', pointer);

const matching = (value: unknown, shape: RegExp): string | undefined =>
  typeof value === 'string' && shape.test(value) ? value : undefined;

function objectAt(pointer: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(pointer);
  return value as Readonly<Record<string, unknown>>;
}

function textAt(pointer: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MOST_CHARACTERS) throw wrong(pointer);
  return value;
}

function countAt(pointer: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 2 ** 31 - 1) throw wrong(pointer);
  return value;
}

function typeOf(document: Readonly<Record<string, unknown>>, known: readonly string[]): string {
  const type = textAt('/type', document['type']);
  if (known.includes(type)) return type;
  throw new Poison('unknown_type', TYPE.test(type) ? type : '/type');
}

function dataOf<Data extends object>(
  document: Readonly<Record<string, unknown>>,
  type: string,
  subscriber: EventSubscriber<Data>,
): Data {
  const data = objectAt('/data', document['data']);
  try {
    return subscriber.read(data, type);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new Poison('wrong_schema', error.faults.map(({ pointer, code }) => `/data${pointer} ${code}`).join(', '));
  }
}

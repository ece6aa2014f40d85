import { type EventSubscriber, type IncomingEvent, InvalidInput } from '#kernel';
import { parseStrictJson } from '#platform/http';
import { PoisonMessageError } from './poison-message-error.js';

/** A parsed event and the request context from its envelope. */
export interface ParsedEvent<Data extends object> {
  readonly event: IncomingEvent<Data>;
  readonly correlationId: string | undefined;
  /** The id of the event, if it is safe for Foyer's logs and events. */
  readonly causationId: string | undefined;
  readonly traceparent: string | undefined;
}

const MAX_BYTES = 256 * 1024;
const JSON_LIMITS = { depth: 20, keys: 10_000 };
const MAX_TEXT_LENGTH = 256;
const TYPE_PATTERN = /^[a-z0-9_.]{1,128}$/;
const CORRELATION_ID_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;
const TRACEPARENT_PATTERN = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Parses a CloudEvents 1.0 document in structured JSON. Unknown members are ignored.
 * @throws PoisonMessageError
 */
export function parseCloudEvent<Data extends object>(
  body: Uint8Array,
  subscriber: EventSubscriber<Data>,
): ParsedEvent<Data> {
  if (body.byteLength > MAX_BYTES) throw new PoisonMessageError('too_large', `more than ${MAX_BYTES} bytes`);
  const parsed = parseStrictJson(body, JSON_LIMITS);
  if ('fault' in parsed) throw new PoisonMessageError('not_json', parsed.fault);
  const document = requireObject('/', parsed.value);
  if (document['specversion'] !== '1.0') throw schemaError('/specversion');
  const type = requireKnownType(document, subscriber.types);
  const event = {
    consumer: subscriber.name,
    ordered: subscriber.ordered,
    id: requireText('/id', document['id']),
    source: requireText('/source', document['source']),
    type,
    subject: document['subject'] === undefined ? null : requireText('/subject', document['subject']),
    sequence: document['sequence'] === undefined ? null : requirePositiveInteger('/sequence', document['sequence']),
    data: readData(document, type, subscriber),
  };
  if (event.ordered && (event.subject === null || event.sequence === null)) throw schemaError('/sequence');
  const causationId = textMatching(event.id, CORRELATION_ID_PATTERN);
  return {
    event,
    causationId,
    correlationId: textMatching(document['correlationid'], CORRELATION_ID_PATTERN) ?? causationId,
    traceparent: textMatching(document['traceparent'], TRACEPARENT_PATTERN),
  };
}

const schemaError = (pointer: string): PoisonMessageError => new PoisonMessageError('wrong_schema', pointer);

const textMatching = (value: unknown, pattern: RegExp): string | undefined =>
  typeof value === 'string' && pattern.test(value) ? value : undefined;

function requireObject(pointer: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw schemaError(pointer);
  return value as Readonly<Record<string, unknown>>;
}

function requireText(pointer: string, value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > MAX_TEXT_LENGTH) throw schemaError(pointer);
  return value;
}

function requirePositiveInteger(pointer: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 2 ** 31 - 1)
    throw schemaError(pointer);
  return value;
}

function requireKnownType(document: Readonly<Record<string, unknown>>, known: readonly string[]): string {
  const type = requireText('/type', document['type']);
  if (known.includes(type)) return type;
  throw new PoisonMessageError('unknown_type', TYPE_PATTERN.test(type) ? type : '/type');
}

function readData<Data extends object>(
  document: Readonly<Record<string, unknown>>,
  type: string,
  subscriber: EventSubscriber<Data>,
): Data {
  const data = requireObject('/data', document['data']);
  try {
    return subscriber.read(data, type);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new PoisonMessageError(
      'wrong_schema',
      error.faults.map(({ pointer, code }) => `/data${pointer} ${code}`).join(', '),
    );
  }
}

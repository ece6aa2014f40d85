import type { MessagePropertyHeaders } from 'amqplib';

/** Delivery metadata that Foyer stores in the headers of a message. */
export interface RetryMetadata {
  readonly attempt?: number;
  /** Unix milliseconds of its first delivery. */
  readonly since?: number;
  /** For dead letters: the reason, the location of the fault, and the time. */
  readonly reason?: string;
  readonly detail?: string;
  readonly deadAt?: string;
  /** How long the message stays in the retry queue. */
  readonly expiresAfterMs?: number;
}

const FOYER_HEADER_PREFIX = 'x-foyer-';
/** Identifies one publish, to match a returned message with it. */
export const PUBLISH_ID_HEADER = `${FOYER_HEADER_PREFIX}put`;
const RETRY_HEADERS = {
  attempt: `${FOYER_HEADER_PREFIX}attempt`,
  since: `${FOYER_HEADER_PREFIX}since`,
  reason: `${FOYER_HEADER_PREFIX}reason`,
  detail: `${FOYER_HEADER_PREFIX}detail`,
  deadAt: `${FOYER_HEADER_PREFIX}dead-at`,
} as const;

type Headers = MessagePropertyHeaders | undefined;

export const toRetryHeaders = (metadata: RetryMetadata): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(RETRY_HEADERS).flatMap(([name, header]) => {
      const value = metadata[name as keyof typeof RETRY_HEADERS];
      return value === undefined ? [] : [[header, value]];
    }),
  );

/**
 * Reads the metadata of a message from any sender; invalid headers are ignored. The broker's own reason is `delivery_limit`:
 * the message was lost with its consumer too often.
 */
export function readRetryHeaders(headers: Headers): RetryMetadata {
  const integerHeader = (name: string): number | undefined =>
    Number.isSafeInteger(headers?.[name]) ? Number(headers?.[name]) : undefined;
  const textHeader = (name: string): string | undefined =>
    typeof headers?.[name] === 'string' ? String(headers[name]) : undefined;
  const read = {
    attempt: integerHeader(RETRY_HEADERS.attempt),
    since: integerHeader(RETRY_HEADERS.since),
    reason: textHeader(RETRY_HEADERS.reason) ?? textHeader('x-first-death-reason'),
    detail: textHeader(RETRY_HEADERS.detail),
    deadAt: textHeader(RETRY_HEADERS.deadAt),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** Keeps the headers of other senders. Removes the broker's death records, which would trigger its cycle detection. */
export const stripRetryHeaders = (headers: Headers): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(
      ([name]) => !name.startsWith(FOYER_HEADER_PREFIX) && !BROKER_HEADERS.some((header) => name === header),
    ),
  );

const BROKER_HEADERS = [
  'x-death',
  'x-first-death-exchange',
  'x-first-death-queue',
  'x-first-death-reason',
  'x-delivery-count',
];

import type { MessagePropertyHeaders } from 'amqplib';

/** What we know of a message beside what is in it, written on it as headers. */
export interface RetryMetadata {
  readonly attempt?: number;
  /** Unix milliseconds of its first delivery. */
  readonly since?: number;
  /** Why it lies among the dead letters, since when, and where the fault is. */
  readonly reason?: string;
  readonly detail?: string;
  readonly deadAt?: string;
  /** How long it stays where it is put. */
  readonly expiresAfterMs?: number;
}

const FOYER_HEADER_PREFIX = 'x-foyer-';
/** Names one putting of it, so that one that comes back is known. */
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
 * Of a message that a stranger wrote: what does not read as ours is as if it were not there. The broker's reason is
 * `delivery_limit`: it was lost with its consumer too often.
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

/** What others wrote on it stays; the broker's own record of its ways would make it think of a circle. */
export const stripRetryHeaders = (headers: Headers): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(
      ([name]) => !name.startsWith(FOYER_HEADER_PREFIX) && !BROKER_HEADERS.some((own) => name === own),
    ),
  );

const BROKER_HEADERS = [
  'x-death',
  'x-first-death-exchange',
  'x-first-death-queue',
  'x-first-death-reason',
  'x-delivery-count',
];

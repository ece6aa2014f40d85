import type { MessagePropertyHeaders } from 'amqplib';

/** What we know of a message beside what is in it, written on it as headers. */
export interface Note {
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

const OURS = 'x-foyer-';
/** Names one putting of it, so that one that comes back is known. */
export const PUT = `${OURS}put`;
const HEADERS = {
  attempt: `${OURS}attempt`,
  since: `${OURS}since`,
  reason: `${OURS}reason`,
  detail: `${OURS}detail`,
  deadAt: `${OURS}dead-at`,
} as const;

type Headers = MessagePropertyHeaders | undefined;

export const notesOf = (note: Note): Record<string, string | number> =>
  Object.fromEntries(
    Object.entries(HEADERS).flatMap(([name, header]) => {
      const value = note[name as keyof typeof HEADERS];
      return value === undefined ? [] : [[header, value]];
    }),
  );

/**
 * Of a message that a stranger wrote: what does not read as ours is as if it were not there. The broker's reason is
 * `delivery_limit`: it was lost with its consumer too often.
 */
export function readNotes(headers: Headers): Note {
  const whole = (name: string): number | undefined =>
    Number.isSafeInteger(headers?.[name]) ? Number(headers?.[name]) : undefined;
  const text = (name: string): string | undefined =>
    typeof headers?.[name] === 'string' ? String(headers[name]) : undefined;
  const read = {
    attempt: whole(HEADERS.attempt),
    since: whole(HEADERS.since),
    reason: text(HEADERS.reason) ?? text('x-first-death-reason'),
    detail: text(HEADERS.detail),
    deadAt: text(HEADERS.deadAt),
  };
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined));
}

/** What others wrote on it stays; the broker's own record of its ways would make it think of a circle. */
export const withoutNotes = (headers: Headers): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(headers ?? {}).filter(([name]) => !name.startsWith(OURS) && !BROKERS.some((own) => name === own)),
  );

const BROKERS = [
  'x-death',
  'x-first-death-exchange',
  'x-first-death-queue',
  'x-first-death-reason',
  'x-delivery-count',
];

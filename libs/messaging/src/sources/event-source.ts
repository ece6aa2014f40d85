import type { Arrival } from '#kernel';

/** How many messages of one subscription are handled at the same time. */
export const MAX_IN_FLIGHT = 20;
/** So long `close` waits for what is being handled. */
export const SHUTDOWN_TIMEOUT_MS = 20_000;

/** One message, as it came. */
export interface IncomingMessage {
  /** Nobody has looked at it yet: it may be anything, of any size. */
  readonly body: Uint8Array;
  /** 1, and one more for each time that it came back with `counts`. */
  readonly attempt: number;
  /** Unix milliseconds of its first delivery. */
  readonly since: number;
}

/** What becomes of a message. */
export type MessageDisposition =
  /** Its effect is committed, or there is none to be had. */
  | { readonly is: 'done' }
  /** Is handed over again after so many milliseconds, or a little later. `counts`: as one more attempt. */
  | { readonly is: 'again'; readonly afterMs: number; readonly counts: boolean }
  /** Is laid aside, unchanged, with the reason: a stable word, and where it was found. No personal data in either. */
  | { readonly is: 'dead'; readonly reason: string; readonly detail: string }
  /** Was not begun: whoever else listens may have it at once. */
  | { readonly is: 'release' };

/** What a rejection of `handle` comes to. */
export const DEFAULT_RETRY: MessageDisposition = { is: 'again', afterMs: 250, counts: true };

export interface Subscription {
  /** Everybody who subscribes by this name shares the messages; it outlives all of them. Dead letters: `<queue>.dead`. */
  readonly queue: string;
  readonly arrival: Arrival;
  /** Exact types. */
  readonly types: readonly string[];
  /** Of all who share the queue one at a time gets messages. */
  readonly ordered: boolean;
  /** Called up to `IN_FLIGHT` times at once, in the order in which messages arrive. A rejection is `AGAIN`. */
  handle(message: IncomingMessage): Promise<MessageDisposition>;
}

/**
 * A way in for events. At least once: a message that no verdict was given on is handed over again, to whoever listens then.
 * A slow subscription holds up no other.
 */
export abstract class EventSource {
  /** As in `EVENT_SOURCES`. */
  abstract readonly name: string;
  /** Listens from now on, and comes back by itself whenever the other side does. */
  abstract subscribe(subscription: Subscription): void;
  /** How many dead letters there are of all subscriptions. */
  abstract countDeadLetters(): Promise<number>;
  /** Takes nothing new, finishes what is being handled, gives the rest back. The queues stay, and so do their bindings. */
  abstract close(): Promise<void>;
}

/** The sources that are configured; there may be several at once. */
export abstract class EventSources {
  abstract readonly all: readonly EventSource[];
}

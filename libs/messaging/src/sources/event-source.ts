import type { Arrival } from '#kernel';

/** How many messages of one subscription are handled at the same time. */
export const MAX_IN_FLIGHT = 20;
/** How long `close` waits for messages being handled. */
export const SHUTDOWN_TIMEOUT_MS = 20_000;

/** One message as received. */
export interface IncomingMessage {
  /** Not validated: any content of any size. */
  readonly body: Uint8Array;
  /** Starts at 1 and grows by one with each redelivery with `counts`. */
  readonly attempt: number;
  /** Unix milliseconds of its first delivery. */
  readonly since: number;
}

/** What the source does with a handled message. */
export type MessageDisposition =
  /** Handled: its effect is committed, or it has no effect. */
  | { readonly is: 'done' }
  /** Redelivered after `afterMs` or a little later. `counts`: it counts as one more attempt. */
  | { readonly is: 'again'; readonly afterMs: number; readonly counts: boolean }
  /** Dead-lettered unchanged. `reason` is a stable code, `detail` the location of the fault. Neither has personal data. */
  | { readonly is: 'dead'; readonly reason: string; readonly detail: string }
  /** Not started: another consumer may get it at once. */
  | { readonly is: 'release' };

/** The disposition after `handle` rejects. */
export const DEFAULT_RETRY: MessageDisposition = { is: 'again', afterMs: 250, counts: true };

export interface Subscription {
  /** Processes that subscribe with this name share the messages. The queue outlives them. Dead letters: `<queue>.dead`. */
  readonly queue: string;
  readonly arrival: Arrival;
  /** Exact types. */
  readonly types: readonly string[];
  /** Only one of the processes that share the queue gets messages at a time. */
  readonly ordered: boolean;
  /** Called up to `MAX_IN_FLIGHT` times concurrently, in order of arrival. A rejection means `DEFAULT_RETRY`. */
  handle(message: IncomingMessage): Promise<MessageDisposition>;
}

/**
 * Receives events from a broker, at least once: a message without a disposition is redelivered to any consumer of the queue.
 * A slow subscription does not delay the others.
 */
export abstract class EventSource {
  /** As in `EVENT_SOURCES`. */
  abstract readonly name: string;
  /** Starts listening, and reconnects after a connection is lost. */
  abstract subscribe(subscription: Subscription): void;
  /** The number of dead letters of all subscriptions. */
  abstract countDeadLetters(): Promise<number>;
  /** Stops receiving, finishes messages being handled, and releases the rest. Queues and bindings stay. */
  abstract close(): Promise<void>;
}

/** The configured sources. There may be several. */
export abstract class EventSources {
  abstract readonly all: readonly EventSource[];
}

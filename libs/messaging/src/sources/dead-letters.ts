import type { Arrival } from '#kernel';

/** A message that could not be handled. */
export interface DeadLetter {
  /** The id from the sender; without one, an id that is unique in the queue. */
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  /** RFC 3339; empty if the broker itself dead-lettered the message. */
  readonly deadAt: string;
  readonly body: Buffer;
}

/** Identifies the dead-letter queue of a subscriber. */
export interface DeadLetterQueueRef {
  /** The queue of the subscriber: `foyer.<module>.<event>`. */
  readonly queue: string;
  readonly arrival: Arrival;
}

/** The dead letters of one broker, for an operator. Not safe for concurrent use. A missing queue is an error. */
export abstract class DeadLetters {
  /** Oldest first. */
  abstract list(queueRef: DeadLetterQueueRef): Promise<readonly DeadLetter[]>;

  /** Sends matching letters to their original queue or topic, unchanged and with the same id. Returns their number. */
  abstract replay(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number>;

  /** Removes matching letters. Returns their number. */
  abstract drop(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number>;

  abstract close(): Promise<void>;
}

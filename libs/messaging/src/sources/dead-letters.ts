import type { Arrival } from '#kernel';

/** A message that nobody could handle. */
export interface DeadLetter {
  /** As its sender named it; of one without a name, how it is told from others here. */
  readonly id: string;
  readonly reason: string;
  readonly detail: string;
  /** RFC 3339; empty for what the broker itself laid aside. */
  readonly deadAt: string;
  readonly body: Buffer;
}

/** Where those of one subscriber lie. */
export interface DeadLetterQueueRef {
  /** Of the subscriber: `foyer.<module>.<event>`. */
  readonly queue: string;
  readonly arrival: Arrival;
}

/** What one broker has laid aside, for an operator. One at a time should look. A place that is not there is an error. */
export abstract class DeadLetters {
  /** Oldest first. */
  abstract list(queueRef: DeadLetterQueueRef): Promise<readonly DeadLetter[]>;

  /** Sends them back where they came from, unchanged and under the same id, as if they had just come. How many. */
  abstract replay(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number>;

  /** They are never listed again. How many. */
  abstract drop(queueRef: DeadLetterQueueRef, matches: (letter: DeadLetter) => boolean): Promise<number>;

  abstract close(): Promise<void>;
}

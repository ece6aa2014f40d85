export type Channel = 'email' | 'sms';

/** One message to one person, ready to send. */
export interface OutgoingMessage {
  readonly id: string;
  readonly channel: Channel;
  /** A canonical e-mail address or an E.164 phone number. */
  readonly to: string;
  /** E-mail only. */
  readonly subject: string;
  readonly text: string;
  /** E-mail only. */
  readonly html?: string;
}

/** The provider will never take this message: trying again is of no use. */
export class PermanentSendError extends Error {}

/**
 * A way to people. Resolves when the provider has accepted the message, within eight seconds.
 * @throws PermanentRefusal when it never will; any other error means that trying again may help
 */
export abstract class MessageSender {
  /** Others than the recipient may read what is sent this way: nothing that opens a privileged account goes there. */
  readonly isReadableByOthers: boolean = false;
  abstract send(message: OutgoingMessage): Promise<void>;
  /** Called when nothing is in flight any more. */
  close(): void {}
}

/** Which sender serves which channel; a channel without one is not available. */
export abstract class Channels {
  abstract findSender(channel: Channel): MessageSender | undefined;
  abstract close(): void;

  isAvailable(channel: Channel): boolean {
    return this.findSender(channel) !== undefined;
  }

  isReadableByOthers(channel: Channel): boolean {
    return this.findSender(channel)?.isReadableByOthers ?? false;
  }
}

/** A message that is due: which kind of message, and what its source needs to write it. No personal data, no code. */
export interface Job {
  readonly kind: string;
  readonly reference: string;
  /** Names the lease, when it was leased. */
  readonly lease?: number;
  /** The request by which it was put: its ids travel on into logs and events. */
  readonly origin?: JobOrigin;
}

export interface JobOrigin {
  readonly correlationId: string;
  readonly traceparent?: string;
}

/**
 * Messages that wait to be written and sent. What is put here is handed to one process at a time; a process that dies
 * gives it back when its lease ends.
 * @throws Unavailable when the list is away
 */
export abstract class JobQueue {
  /** With the request that is being served, as its origin. */
  abstract enqueue(job: Job): Promise<void>;
  /** At most so many, oldest first, for so many milliseconds. */
  abstract lease(count: number, leaseMs: number): Promise<readonly Job[]>;
  abstract complete(job: Job): Promise<void>;
  /**
   * Seconds that a message put now would wait: as long as the oldest does that nobody has taken, or, when that is over a
   * second, what waits at the pace of the last one. The age alone lags: it still rises when nothing comes any more.
   */
  abstract estimateBacklogSeconds(): Promise<number>;
  /** Called when something was put by this process. */
  abstract onEnqueue(wake: () => void): void;
}

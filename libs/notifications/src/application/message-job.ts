import type { Channel, OutgoingMessage } from './ports.js';

/** A message written for this one try, and what to do when it was taken or not. */
export interface PreparedMessage {
  /** It is counted under this one, whether or not something is sent: figures tell nobody who is a customer. */
  readonly channel: Channel;
  /** Null: nothing is to be sent, but the rest happens all the same. */
  readonly message: OutgoingMessage | null;
  markAccepted(): Promise<void>;
  /** @param final no further try will follow */
  markFailed(final: boolean): Promise<void>;
  /** The same message for the next try. Null when the reason for it is gone. */
  prepareRetry(): Promise<PreparedMessage | null>;
}

/** How long it takes at this moment until a message is accepted. */
export interface SendDurations {
  sampleDurationMs(channel: Channel): number;
}

/** For those who do not wait for a provider. */
export const ZERO_SEND_DURATION: SendDurations = { sampleDurationMs: () => 0 };

/** Writes the messages of one kind. Null when the reason for it is gone. */
export abstract class MessageJob {
  abstract readonly kind: string;
  abstract prepareMessage(reference: string, durations?: SendDurations): Promise<PreparedMessage | null>;
}

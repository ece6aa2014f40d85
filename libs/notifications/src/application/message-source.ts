import type { Channel, OutgoingMessage } from './ports.js';

/** A message written for this one try, and what to do when it was taken or not. */
export interface WrittenMessage {
  /** It is counted under this one, whether or not something is sent: figures tell nobody who is a customer. */
  readonly channel: Channel;
  /** Null: nothing is to be sent, but the rest happens all the same. */
  readonly message: OutgoingMessage | null;
  accepted(): Promise<void>;
  /** @param final no further try will follow */
  failed(final: boolean): Promise<void>;
  /** The same message for the next try. Null when the reason for it is gone. */
  again(): Promise<WrittenMessage | null>;
}

/** How long it takes at this moment until a message is accepted. */
export interface SendTimes {
  usualMs(channel: Channel): number;
}

/** For those who do not wait for a provider. */
export const AT_ONCE: SendTimes = { usualMs: () => 0 };

/** Writes the messages of one kind. Null when the reason for it is gone. */
export abstract class MessageSource {
  abstract readonly kind: string;
  abstract write(reference: string, times?: SendTimes): Promise<WrittenMessage | null>;
}

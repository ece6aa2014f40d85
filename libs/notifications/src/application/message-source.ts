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
}

/** Writes the messages of one kind, afresh for every try. Null when the reason for it is gone. */
export abstract class MessageSource {
  abstract readonly kind: string;
  abstract write(reference: string): Promise<WrittenMessage | null>;
}

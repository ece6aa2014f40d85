import { MessageSender, type OutgoingMessage } from '../application/ports.js';

/** Takes every message unless it was told how to fail. */
export class RecordingMessageSender extends MessageSender {
  readonly accepted: OutgoingMessage[] = [];
  readonly attempted: OutgoingMessage[] = [];
  closed = false;
  #failures: Error[] = [];
  #gate: Promise<void> = Promise.resolve();

  /** The next messages fail, each with one of these. */
  failWith(...errors: Error[]): void {
    this.#failures = errors;
  }

  /** Answers nobody until the returned function is called. */
  blockSends(): () => void {
    let open: () => void = () => undefined;
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  }

  override async send(message: OutgoingMessage): Promise<void> {
    this.attempted.push(message);
    await this.#gate;
    const failure = this.#failures.shift();
    if (failure) throw failure;
    this.accepted.push(message);
  }

  override close(): void {
    this.closed = true;
  }
}

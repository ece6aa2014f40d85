import { MessageSource, type SendTimes, type WrittenMessage } from '../application/message-source.js';

/** Writes `code 1`, `code 2`, … and keeps what became of them. */
export class CountingSource extends MessageSource {
  override readonly kind = 'test.code';
  readonly accepted: string[] = [];
  readonly failed: { readonly text: string; readonly final: boolean }[] = [];
  /** How long a mail usually takes, as it was told with each message. */
  readonly usual: number[] = [];
  /** References whose reason is gone. */
  readonly gone = new Set<string>();
  /** References for which there is nothing to send. */
  readonly silent = new Set<string>();
  /** How often writing and accepting are still to fail. */
  brokenWrites = 0;
  brokenAccepts = 0;
  #written = 0;

  override async write(reference: string, times?: SendTimes): Promise<WrittenMessage | null> {
    if (times) this.usual.push(times.usualMs('email'));
    if (this.gone.has(reference)) return null;
    if (this.brokenWrites-- > 0) throw new Error('the code store is away');
    const text = `code ${++this.#written}`;
    const message = { id: text, channel: 'email', to: 'mia@example.org', subject: '', text } as const;
    return {
      channel: 'email',
      message: this.silent.has(reference) ? null : message,
      accepted: async () => {
        if (this.brokenAccepts-- > 0) throw new Error('the code store is away');
        this.accepted.push(text);
      },
      failed: async (final) => void this.failed.push({ text, final }),
      again: () => this.write(reference),
    };
  }
}

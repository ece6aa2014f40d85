import { MessageJob, type PreparedMessage, type SendDurations } from '../application/message-job.js';

/** Writes `code 1`, `code 2`, … and keeps what became of them. */
export class RecordingMessageJob extends MessageJob {
  override readonly kind = 'test.code';
  readonly accepted: string[] = [];
  readonly failed: { readonly text: string; readonly final: boolean }[] = [];
  /** How long a mail usually takes, as it was told with each message. */
  readonly sampledDurations: number[] = [];
  /** References whose reason is gone. */
  readonly obsolete = new Set<string>();
  /** References for which there is nothing to send. */
  readonly suppressed = new Set<string>();
  /** How often writing and accepting are still to fail. */
  brokenWrites = 0;
  brokenAccepts = 0;
  #preparedCount = 0;

  override async prepareMessage(reference: string, times?: SendDurations): Promise<PreparedMessage | null> {
    if (times) this.sampledDurations.push(times.sampleDurationMs('email'));
    if (this.obsolete.has(reference)) return null;
    if (this.brokenWrites-- > 0) throw new Error('the code store is away');
    const text = `code ${++this.#preparedCount}`;
    const message = { id: text, channel: 'email', to: 'mia@example.org', subject: '', text } as const;
    return {
      channel: 'email',
      message: this.suppressed.has(reference) ? null : message,
      markAccepted: async () => {
        if (this.brokenAccepts-- > 0) throw new Error('the code store is away');
        this.accepted.push(text);
      },
      markFailed: async (final) => void this.failed.push({ text, final }),
      prepareRetry: () => this.prepareMessage(reference),
    };
  }
}

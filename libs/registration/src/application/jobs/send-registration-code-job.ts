import { type Codes, MessageCode } from '#codes';
import type { Ids } from '#kernel';
import {
  type JobQueue,
  type MessageJob,
  type PreparedMessage,
  type SendDurations,
  ZERO_SEND_DURATION,
} from '#notifications';
import { type AttemptState, channelForRecipient, RegistrationAttempt } from '../../domain/registration-attempt.js';
import type { AttemptStore, RegistrationMessages, RegistrationSettings } from '../ports.js';
import { codeAddressOf } from '../services/code-address.js';
import { CODE_DUE, readReference } from '../services/code-requests.js';
import { codeSentJob } from '../services/code-sent-job.js';

/**
 * Creates a code, composes its message, and starts the code's lifetime when the message is accepted. The visible state of the
 * attempt is set when the code is created and does not depend on the delivery of the message.
 */
export class SendRegistrationCodeJob implements MessageJob {
  readonly kind = CODE_DUE;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly messages: RegistrationMessages,
    private readonly settings: RegistrationSettings,
    private readonly due: JobQueue,
    private readonly ids: Ids,
  ) {}

  async prepareMessage(reference: string, times: SendDurations = ZERO_SEND_DURATION): Promise<PreparedMessage | null> {
    const { key, length } = readReference(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!attempt) return null;
    if (RegistrationAttempt.restore(attempt).isReceipt) return this.#notice(attempt);
    const usualMs = times.sampleDurationMs(channelForRecipient(attempt));
    const code = await MessageCode.issue(this.codes, codeAddressOf(attempt), { length, usualMs, decoy: attempt.decoy });
    await this.#lives(attempt, usualMs);
    return this.#write(attempt, code);
  }

  async #write(attempt: AttemptState, code: MessageCode): Promise<PreparedMessage> {
    const { message, markFailed } =
      code.digits === null ? await this.#notice(attempt) : this.#code(attempt, code.digits);
    return {
      channel: channelForRecipient(attempt),
      message,
      markAccepted: async () => {
        await code.markAccepted();
        await this.#lives(attempt, 0);
        await this.due.enqueue(codeSentJob(attempt, this.ids.next()));
      },
      markFailed: async (final) => {
        await markFailed(final);
        await code.markRefused();
      },
      prepareRetry: async () => {
        const standing = await this.attempts.find(attempt.identifierHash, [attempt.tag]);
        if (standing?.attemptId !== attempt.attemptId) return null;
        const next = await code.reissueCode();
        return next && this.#write(standing, next);
      },
    };
  }

  #code(attempt: AttemptState, digits: string): Pick<PreparedMessage, 'message' | 'markFailed'> {
    return { message: this.messages.composeCode(attempt, digits), markFailed: async () => undefined };
  }

  /** A decoy is externally indistinguishable from other attempts. The owner is notified at most once a day. */
  async #notice(attempt: AttemptState): Promise<PreparedMessage> {
    const tell = await this.attempts.reserveOwnerNotice(attempt.identifierHash);
    const message = tell ? this.messages.composeAlreadyRegistered(attempt) : null;
    const failed = async (): Promise<void> => {
      if (tell) await this.attempts.releaseOwnerNotice(attempt.identifierHash);
    };
    const again = () => this.#notice(attempt);
    return {
      channel: channelForRecipient(attempt),
      message,
      markAccepted: async () => undefined,
      markFailed: failed,
      prepareRetry: again,
    };
  }

  #lives(attempt: AttemptState, afterMs: number): Promise<void> {
    return this.attempts.recordCodeSent(attempt, attempt.attemptId, afterMs + this.settings.codeTtlSeconds * 1000);
  }
}

import { type Codes, MessageCode } from '#codes';
import type { Ids } from '#kernel';
import { AT_ONCE, type DueMessages, type MessageSource, type SendTimes, type WrittenMessage } from '#notifications';
import { type AttemptState, channelTo, RegistrationAttempt } from '../../domain/registration-attempt.js';
import { codeAddressOf } from '../code-address.js';
import { CODE_DUE, readReference } from '../code-requests.js';
import type { AttemptStore, RegistrationMessages, RegistrationRules } from '../ports.js';
import { codeSent } from '../sent-code.js';

/**
 * A code is due: make it, write its message, and let its minute start when the message has been accepted. What a stranger can see
 * of the attempt is set when the code is made, and does not depend on whether a message is sent or accepted.
 */
export class CodeDue implements MessageSource {
  readonly kind = CODE_DUE;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly codes: Codes,
    private readonly messages: RegistrationMessages,
    private readonly rules: RegistrationRules,
    private readonly due: DueMessages,
    private readonly ids: Ids,
  ) {}

  async write(reference: string, times: SendTimes = AT_ONCE): Promise<WrittenMessage | null> {
    const { key, length } = readReference(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!attempt) return null;
    if (RegistrationAttempt.restore(attempt).isReceipt) return this.#notice(attempt);
    const usualMs = times.usualMs(channelTo(attempt));
    const code = await MessageCode.issue(this.codes, codeAddressOf(attempt), { length, usualMs, decoy: attempt.decoy });
    await this.#lives(attempt, usualMs);
    return this.#write(attempt, code);
  }

  async #write(attempt: AttemptState, code: MessageCode): Promise<WrittenMessage> {
    const { message, failed } = code.digits === null ? await this.#notice(attempt) : this.#code(attempt, code.digits);
    return {
      channel: channelTo(attempt),
      message,
      accepted: async () => {
        await code.markAccepted();
        await this.#lives(attempt, 0);
        await this.due.put(codeSent(attempt, this.ids.next()));
      },
      failed: async (final) => {
        await failed(final);
        await code.markRefused();
      },
      again: async () => {
        const standing = await this.attempts.find(attempt.identifierHash, [attempt.tag]);
        if (standing?.attemptId !== attempt.attemptId) return null;
        const next = await code.reissueCode();
        return next && this.#write(standing, next);
      },
    };
  }

  #code(attempt: AttemptState, digits: string): Pick<WrittenMessage, 'message' | 'failed'> {
    return { message: this.messages.code(attempt, digits), failed: async () => undefined };
  }

  /** A decoy looks like any other attempt from outside; its owner learns, once a day, that somebody tried. */
  async #notice(attempt: AttemptState): Promise<WrittenMessage> {
    const tell = await this.attempts.mayNotify(attempt.identifierHash);
    const message = tell ? this.messages.alreadyRegistered(attempt) : null;
    const failed = async (): Promise<void> => {
      if (tell) await this.attempts.mayNotifyAgain(attempt.identifierHash);
    };
    const again = () => this.#notice(attempt);
    return { channel: channelTo(attempt), message, accepted: async () => undefined, failed, again };
  }

  #lives(attempt: AttemptState, afterMs: number): Promise<void> {
    return this.attempts.codeSent(attempt, attempt.attemptId, afterMs + this.rules.codeTtlSeconds * 1000);
  }
}

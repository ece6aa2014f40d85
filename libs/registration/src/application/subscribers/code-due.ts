import type { Codes } from '#codes';
import type { Ids } from '#kernel';
import type { DueMessages, MessageSource, WrittenMessage } from '#notifications';
import { type AttemptState, channelTo, RegistrationAttempt } from '../../domain/registration-attempt.js';
import { codeAddressOf } from '../code-address.js';
import { CODE_DUE, readReference } from '../code-requests.js';
import type { AttemptStore, RegistrationMessages, RegistrationRules } from '../ports.js';
import { codeSent } from '../sent-code.js';

/** A code is due: make it, write its message, and let its minute start when the message has been accepted. */
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

  async write(reference: string): Promise<WrittenMessage | null> {
    const { key, length } = readReference(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (!attempt) return null;
    if (RegistrationAttempt.restore(attempt).isReceipt) return this.#notice(attempt);
    return attempt.decoy ? this.#decoy(attempt, length) : this.#code(attempt, length);
  }

  async #code(attempt: AttemptState, length: number): Promise<WrittenMessage> {
    const { digits, serial } = await this.codes.issue(codeAddressOf(attempt), length);
    return {
      channel: channelTo(attempt),
      message: this.messages.code(attempt, digits),
      ...this.#life(attempt, serial),
    };
  }

  /** Looks like any other attempt from outside; its owner learns, once a day, that somebody tried. */
  async #decoy(attempt: AttemptState, length: number): Promise<WrittenMessage> {
    const serial = await this.codes.issueDecoy(codeAddressOf(attempt), length);
    const notice = await this.#notice(attempt);
    const { accepted, failed } = this.#life(attempt, serial);
    return {
      ...notice,
      accepted,
      failed: async (final) => {
        await notice.failed(final);
        await failed(final);
      },
    };
  }

  async #notice(attempt: AttemptState): Promise<WrittenMessage> {
    const tell = await this.attempts.mayNotify(attempt.identifierHash);
    const message = tell ? this.messages.alreadyRegistered(attempt) : null;
    const failed = async (): Promise<void> => {
      if (tell) await this.attempts.mayNotifyAgain(attempt.identifierHash);
    };
    return { channel: channelTo(attempt), message, accepted: async () => undefined, failed };
  }

  #life(attempt: AttemptState, serial: string): Pick<WrittenMessage, 'accepted' | 'failed'> {
    const address = codeAddressOf(attempt);
    return {
      accepted: async () => {
        await this.codes.start(address, serial);
        await this.attempts.codeSent(attempt, attempt.attemptId, this.rules.codeTtlSeconds * 1000);
        await this.due.put(codeSent(attempt, this.ids.next()));
      },
      failed: () => this.codes.discard(address, serial),
    };
  }
}

import { type Codes, MessageCode } from '#codes';
import { type IdentifierHasher, parseIdentifier } from '#kernel';
import {
  type Channel,
  type Channels,
  type MessageJob,
  type OutgoingMessage,
  type PreparedMessage,
  type SendDurations,
  ZERO_SEND_DURATION,
} from '#notifications';
import { isPrivileged, type SubjectState } from '../../domain/subject.js';
import type { ResetMessages, ResetRecipientSealer, Subjects } from '../ports.js';
import {
  PASSWORD_RESET_CODE_DIGITS,
  resetCodeAddressOf,
  SEND_PASSWORD_RESET,
} from '../services/password-reset-requests.js';

/** Issues a reset code and composes its message. The ten minutes of the code start when the message is accepted. */
export class SendPasswordResetJob implements MessageJob {
  readonly kind = SEND_PASSWORD_RESET;

  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly codes: Codes,
    private readonly sealer: ResetRecipientSealer,
    private readonly messages: ResetMessages,
    private readonly channels: Channels,
  ) {}

  /** When no code may be sent, stores a decoy in its place, after the same work. */
  async prepareMessage(reference: string, times: SendDurations = ZERO_SEND_DURATION): Promise<PreparedMessage | null> {
    const dot = reference.indexOf('.');
    const identifierHash = reference.slice(0, dot);
    const recipient = this.sealer.open(reference.slice(dot + 1), identifierHash);
    // The canonical form parses to itself; a canonical phone number includes its country code.
    const identifier = parseIdentifier(recipient, 'US');
    const subject = (await this.subjects.findByIdentifierHashes(this.identifiers.candidates(identifier)))?.snapshot();
    const channel = identifier.kind === 'email' ? 'email' : 'sms';
    const known = subject?.status === 'active' && this.#mayDeliver(subject, channel) ? subject : undefined;
    const issueOptions = {
      length: PASSWORD_RESET_CODE_DIGITS,
      usualMs: times.sampleDurationMs(channel),
      decoy: known === undefined,
    };
    const code = await MessageCode.issue(
      this.codes,
      resetCodeAddressOf(identifierHash, known?.customerId),
      issueOptions,
    );
    const textOf = (digits: string) => this.messages.composeCode(recipient, known?.locale ?? 'en', digits);
    return this.#toWrittenMessage(channel, code, textOf);
  }

  /** Codes for staff and administrator accounts are not sent over channels that others can read. */
  #mayDeliver(subject: SubjectState, channel: Channel): boolean {
    if (!this.channels.isAvailable(channel)) return false;
    return !(isPrivileged(subject) && this.channels.isReadableByOthers(channel));
  }

  #toWrittenMessage(channel: Channel, code: MessageCode, textOf: (digits: string) => OutgoingMessage): PreparedMessage {
    return {
      channel,
      message: code.digits === null ? null : textOf(code.digits),
      markAccepted: () => code.markAccepted(),
      markFailed: () => code.markRefused(),
      prepareRetry: async () => {
        const next = await code.reissueCode();
        return next && this.#toWrittenMessage(channel, next, textOf);
      },
    };
  }
}

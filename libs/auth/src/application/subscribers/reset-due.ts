import { type Codes, MessageCode } from '#codes';
import { type IdentifierHasher, parseIdentifier } from '#kernel';
import {
  AT_ONCE,
  type Channel,
  type Channels,
  type MessageSource,
  type OutgoingMessage,
  type SendTimes,
  type WrittenMessage,
} from '#notifications';
import { isPrivileged, type SubjectState } from '../../domain/subject.js';
import type { ResetMessages, ResetSeals, Subjects } from '../ports.js';
import { RESET_DIGITS, RESET_DUE, resetAddressOf } from '../reset-requests.js';

/** A reset code is due: make it, write its message, and let its ten minutes start when the message has been accepted. */
export class ResetDue implements MessageSource {
  readonly kind = RESET_DUE;

  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly codes: Codes,
    private readonly seals: ResetSeals,
    private readonly messages: ResetMessages,
    private readonly channels: Channels,
  ) {}

  /** Who is not to be sent a code gets a decoy where theirs would be, after the same work. */
  async write(reference: string, times: SendTimes = AT_ONCE): Promise<WrittenMessage | null> {
    const dot = reference.indexOf('.');
    const identifierHash = reference.slice(0, dot);
    const recipient = this.seals.open(reference.slice(dot + 1), identifierHash);
    // The canonical form reads as itself; a phone number has its country in it.
    const identifier = parseIdentifier(recipient, 'US');
    const subject = (await this.subjects.byIdentifier(this.identifiers.candidates(identifier)))?.snapshot();
    const channel = identifier.kind === 'email' ? 'email' : 'sms';
    const known = subject?.status === 'active' && this.#mayReach(subject, channel) ? subject : undefined;
    const how = { length: RESET_DIGITS, usualMs: times.usualMs(channel), decoy: known === undefined };
    const code = await MessageCode.issue(this.codes, resetAddressOf(identifierHash, known?.customerId), how);
    const textOf = (digits: string) => this.messages.code(recipient, known?.locale ?? 'en', digits);
    return this.#write(channel, code, textOf);
  }

  /** A code for an administrator's or staff's account goes nowhere that others can read. */
  #mayReach(subject: SubjectState, channel: Channel): boolean {
    if (!this.channels.isAvailable(channel)) return false;
    return !(isPrivileged(subject) && this.channels.isReadableByOthers(channel));
  }

  #write(channel: Channel, code: MessageCode, textOf: (digits: string) => OutgoingMessage): WrittenMessage {
    return {
      channel,
      message: code.digits === null ? null : textOf(code.digits),
      accepted: () => code.accepted(),
      failed: () => code.refused(),
      again: async () => {
        const next = await code.again();
        return next && this.#write(channel, next, textOf);
      },
    };
  }
}

import type { Codes } from '#codes';
import { type Counters, type Identifier, type IdentifierHasher, parseIdentifier } from '#kernel';
import type { Channel, Channels, MessageSource, WrittenMessage } from '#notifications';
import { isPrivileged, type SubjectState } from '../../domain/subject.js';
import type { AuthRules, ResetMessages, ResetSeals, Subjects } from '../ports.js';
import { RESET_DIGITS, RESET_DUE, resetAddressOf } from '../reset-requests.js';

const DAY_MS = 24 * 3_600_000;

/** A reset code is due: make it, write its message, and let its ten minutes start when the message has been accepted. */
export class ResetDue implements MessageSource {
  readonly kind = RESET_DUE;

  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly codes: Codes,
    private readonly seals: ResetSeals,
    private readonly messages: ResetMessages,
    private readonly counters: Counters,
    private readonly channels: Channels,
    private readonly rules: AuthRules,
  ) {}

  /** Who is not to be sent a code gets a decoy where theirs would be, after the same work. */
  async write(reference: string): Promise<WrittenMessage | null> {
    const dot = reference.indexOf('.');
    const identifierHash = reference.slice(0, dot);
    const recipient = this.seals.open(reference.slice(dot + 1), identifierHash);
    // The canonical form reads as itself; a phone number has its country in it.
    const identifier = parseIdentifier(recipient, 'US');
    const subject = (await this.subjects.byIdentifier(this.identifiers.candidates(identifier)))?.snapshot();
    const active = subject?.status === 'active' ? subject : undefined;
    const channel = identifier.kind === 'email' ? 'email' : 'sms';
    const known = active && this.#mayReach(active, channel) && (await this.#maySend(identifier)) ? active : undefined;
    const address = resetAddressOf(identifierHash, active?.customerId);
    if (!known) {
      const serial = await this.codes.issueDecoy(address, RESET_DIGITS);
      return { channel, message: null, ...this.#life(address, serial) };
    }
    const { digits, serial } = await this.codes.issue(address, RESET_DIGITS);
    return { channel, message: this.messages.code(recipient, known.locale, digits), ...this.#life(address, serial) };
  }

  /** A code for an administrator's or staff's account goes nowhere that others can read. */
  #mayReach(subject: SubjectState, channel: Channel): boolean {
    if (!this.channels.isAvailable(channel)) return false;
    return !(isPrivileged(subject) && this.channels.isReadableByOthers(channel));
  }

  /** SMS cost money: to some countries, and as many as all others together in a day. Nobody learns that there are none. */
  async #maySend(identifier: Identifier): Promise<boolean> {
    if (identifier.kind !== 'phone') return true;
    if (!this.rules.smsCountries.includes(identifier.country ?? '')) return false;
    return (await this.counters.take('{sms}:sent', [{ most: this.rules.limits.smsPerDay, windowMs: DAY_MS }])).allowed;
  }

  #life(address: ReturnType<typeof resetAddressOf>, serial: string): Pick<WrittenMessage, 'accepted' | 'failed'> {
    return {
      accepted: async () => void (await this.codes.start(address, serial)),
      failed: () => this.codes.discard(address, serial),
    };
  }
}

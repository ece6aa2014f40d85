import type { MessageBudget, MessageReservation, SmsQuota } from '#notifications';
import type { ClientSource } from '../../domain/limits.js';
import { type AttemptState, channelForRecipient } from '../../domain/registration-attempt.js';

/** How many messages about registrations an identifier gets. */
export class SendBudget {
  constructor(
    private readonly messages: MessageBudget,
    private readonly sms: SmsQuota,
  ) {}

  reserveMessage({ identifierHash }: AttemptState, source: ClientSource): Promise<MessageReservation> {
    return this.messages.reserveMessage({ identifierHash, kind: 'sends', source });
  }

  /**
   * @returns what gives it back
   * @throws SourceLimited when this source has had its share of SMS
   * @throws Unavailable when no more SMS are sent for now
   */
  async reserveSms(attempt: AttemptState, source: ClientSource): Promise<() => Promise<void>> {
    return channelForRecipient(attempt) === 'sms'
      ? this.sms.reserveSmsOrThrow('ordinary', source)
      : async () => undefined;
  }
}

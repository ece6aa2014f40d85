import type { MessageBudget, MessageReservation, SmsQuota } from '#notifications';
import type { ClientSource } from '../../domain/limits.js';
import { type AttemptState, channelForRecipient } from '../../domain/registration-attempt.js';

/** Limits the messages about registrations per identifier. */
export class SendBudget {
  constructor(
    private readonly messages: MessageBudget,
    private readonly sms: SmsQuota,
  ) {}

  reserveMessage({ identifierHash }: AttemptState, source: ClientSource): Promise<MessageReservation> {
    return this.messages.reserveMessage({ identifierHash, kind: 'sends', source });
  }

  /**
   * @returns a function that releases the reservation
   * @throws ClientNetworkRateLimited when this source has used up its share of SMS
   * @throws Unavailable when the SMS quota is currently used up
   */
  async reserveSms(attempt: AttemptState, source: ClientSource): Promise<() => Promise<void>> {
    return channelForRecipient(attempt) === 'sms'
      ? this.sms.reserveSmsOrThrow('ordinary', source)
      : async () => undefined;
  }
}

import { AlreadyPublished, type IdentifierHasher, type Outbox, type UnitOfWork } from '#kernel';
import { type AttemptState, channelForRecipient, identifierOf } from '../../domain/registration-attempt.js';
import { type AttemptEventData, RegistrationCodeSentV1, RegistrationStartedV1 } from '../../events.js';
import type { AttemptStore, RegistrationKeys } from '../ports.js';

/**
 * Stores the key of an attempt and publishes its start once, even for concurrent requests with the same attempt. Also publishes
 * that a code was sent.
 */
export class RegistrationEventPublisher {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: RegistrationKeys,
    private readonly outbox: Outbox,
    private readonly attempts: AttemptStore,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /** Returns the attempt with its assigned id. */
  async publishStarted(attempt: AttemptState, lost: string | null): Promise<AttemptState> {
    if (attempt.started) return attempt;
    const customerId = await this.#store(attempt, lost);
    await this.attempts.markStarted(attempt, attempt.attemptId, customerId);
    return { ...attempt, customerId, started: true };
  }

  /** Publishes once that a code was sent. @param eventId id of the event, used for deduplication */
  async publishCodeSent(attempt: AttemptState, eventId: string): Promise<void> {
    const hashes = this.identifiers.candidates(identifierOf(attempt));
    const published = this.work.run(async () => {
      const key = await this.keys.lockAndIncrement(hashes, attempt.customerId, null);
      await this.outbox.append(new RegistrationCodeSentV1(eventId, key.sequence, eventDataOf(attempt, key.customerId)));
    });
    await published.catch((error: unknown) => {
      if (!(error instanceof AlreadyPublished)) throw error;
    });
  }

  async #store(attempt: AttemptState, lost: string | null): Promise<string> {
    const hashes = this.identifiers.candidates(identifierOf(attempt));
    try {
      return await this.work.run(async () => {
        const key = await this.keys.lockAndIncrement(hashes, attempt.customerId, lost);
        await this.outbox.append(new RegistrationStartedV1(key.sequence, eventDataOf(attempt, key.customerId)));
        return key.customerId;
      });
    } catch (error) {
      // A concurrent request with the same attempt has committed, or an earlier one crashed after its commit.
      if (!(error instanceof AlreadyPublished)) throw error;
      return (await this.keys.find(hashes))?.customerId ?? attempt.customerId;
    }
  }
}

function eventDataOf(attempt: AttemptState, id: string): AttemptEventData {
  const { attemptId, profile } = attempt;
  return { id, attemptId, channel: channelForRecipient(attempt), market: profile.market };
}

import { AlreadyPublished, type IdentifierHasher, type Outbox, type UnitOfWork } from '#kernel';
import { type AttemptState, channelForRecipient, identifierOf } from '../../domain/registration-attempt.js';
import { type AttemptEventData, RegistrationCodeSentV1, RegistrationStartedV1 } from '../../events.js';
import type { AttemptStore, RegistrationKeys } from '../ports.js';

/**
 * Stores the key of an attempt and tells that it started: once, however many requests carry the same attempt through. Tells
 * that a code of it was sent.
 */
export class RegistrationStartPublisher {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: RegistrationKeys,
    private readonly outbox: Outbox,
    private readonly attempts: AttemptStore,
    private readonly identifiers: IdentifierHasher,
  ) {}

  /** The attempt, with the id it has got. */
  async publishStarted(attempt: AttemptState, lost: string | null): Promise<AttemptState> {
    if (attempt.started) return attempt;
    const customerId = await this.#store(attempt, lost);
    await this.attempts.markStarted(attempt, attempt.attemptId, customerId);
    return { ...attempt, customerId, started: true };
  }

  /** A code of it was sent. @param eventId under which that is told: once */
  async announceCode(attempt: AttemptState, eventId: string): Promise<void> {
    const hashes = this.identifiers.candidates(identifierOf(attempt));
    const told = this.work.run(async () => {
      const key = await this.keys.lockAndIncrement(hashes, attempt.customerId, null);
      await this.outbox.append(new RegistrationCodeSentV1(eventId, key.sequence, announced(attempt, key.customerId)));
    });
    await told.catch((error: unknown) => {
      if (!(error instanceof AlreadyPublished)) throw error;
    });
  }

  async #store(attempt: AttemptState, lost: string | null): Promise<string> {
    const hashes = this.identifiers.candidates(identifierOf(attempt));
    try {
      return await this.work.run(async () => {
        const key = await this.keys.lockAndIncrement(hashes, attempt.customerId, lost);
        await this.outbox.append(new RegistrationStartedV1(key.sequence, announced(attempt, key.customerId)));
        return key.customerId;
      });
    } catch (error) {
      // Another request with the same attempt was faster, or crashed behind this point.
      if (!(error instanceof AlreadyPublished)) throw error;
      return (await this.keys.find(hashes))?.customerId ?? attempt.customerId;
    }
  }
}

function announced(attempt: AttemptState, id: string): AttemptEventData {
  const { attemptId, profile } = attempt;
  return { id, attemptId, channel: channelForRecipient(attempt), market: profile.market };
}

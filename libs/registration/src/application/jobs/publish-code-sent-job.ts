import type { MessageJob } from '#notifications';
import type { AttemptStore } from '../ports.js';
import { PUBLISH_CODE_SENT, parseCodeSentReference } from '../services/code-sent-job.js';
import type { RegistrationEventPublisher } from '../services/registration-event-publisher.js';

/**
 * Publishes the event that a code was sent. This is a separate job, so that a database outage delays no code and the event is
 * published after the outage.
 */
export class PublishCodeSentJob implements MessageJob {
  readonly kind = PUBLISH_CODE_SENT;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly publisher: RegistrationEventPublisher,
  ) {}

  /** Returns null, because this job sends no message. */
  async prepareMessage(reference: string): Promise<null> {
    const { key, eventId } = parseCodeSentReference(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (attempt) await this.publisher.publishCodeSent(attempt, eventId);
    return null;
  }
}

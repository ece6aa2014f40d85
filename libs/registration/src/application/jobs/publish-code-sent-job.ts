import type { MessageJob } from '#notifications';
import type { AttemptStore } from '../ports.js';
import { PUBLISH_CODE_SENT, parseCodeSentReference } from '../services/code-sent-job.js';
import type { RegistrationStartPublisher } from '../services/registration-start-publisher.js';

/**
 * Tells the business that a code was sent. Due by itself: a database that is away at that moment holds up no code, and the
 * event is told when it is back.
 */
export class PublishCodeSentJob implements MessageJob {
  readonly kind = PUBLISH_CODE_SENT;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly announcer: RegistrationStartPublisher,
  ) {}

  /** Nothing is to be sent to anybody. */
  async prepareMessage(reference: string): Promise<null> {
    const { key, eventId } = parseCodeSentReference(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (attempt) await this.announcer.announceCode(attempt, eventId);
    return null;
  }
}

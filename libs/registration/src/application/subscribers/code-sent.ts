import type { MessageJob } from '#notifications';
import type { AttemptAnnouncer } from '../attempt-announcer.js';
import type { AttemptStore } from '../ports.js';
import { CODE_SENT, readSentCode } from '../sent-code.js';

/**
 * Tells the business that a code was sent. Due by itself: a database that is away at that moment holds up no code, and the
 * event is told when it is back.
 */
export class CodeSent implements MessageJob {
  readonly kind = CODE_SENT;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly announcer: AttemptAnnouncer,
  ) {}

  /** Nothing is to be sent to anybody. */
  async prepareMessage(reference: string): Promise<null> {
    const { key, eventId } = readSentCode(reference);
    const attempt = await this.attempts.find(key.identifierHash, [key.tag]);
    if (attempt) await this.announcer.announceCode(attempt, eventId);
    return null;
  }
}

import { type Clock, Overloaded } from '#kernel';
import type { JobQueue } from '#notifications';
import type { RegistrationLimits } from '../limits.js';
import type { AttemptStore } from '../ports.js';

const LOOK_EVERY_MS = 250;

/** Takes nothing in that could not be served: no attempt without room for it, none whose message would come too late. */
export class RegistrationAdmissionControl {
  #lookedAt = 0;
  #full = false;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly due: JobQueue,
    private readonly limits: RegistrationLimits,
    private readonly clock: Clock,
  ) {}

  /** @throws Overloaded */
  async assertCapacity(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.#lookedAt >= LOOK_EVERY_MS || now < this.#lookedAt) {
      this.#lookedAt = now;
      this.#full = await this.#look();
    }
    if (this.#full) throw new Overloaded('Too many are registering at this moment. Please try again soon.', 5);
  }

  async #look(): Promise<boolean> {
    const { liveAttempts, messageBacklogSeconds } = this.limits;
    if (messageBacklogSeconds !== null && (await this.due.estimateBacklogSeconds()) > messageBacklogSeconds)
      return true;
    return liveAttempts !== null && (await this.attempts.countLive()) >= liveAttempts;
  }
}

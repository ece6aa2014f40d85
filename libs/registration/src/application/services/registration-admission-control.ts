import { type Clock, Overloaded } from '#kernel';
import type { JobQueue } from '#notifications';
import type { RegistrationLimits } from '../limits.js';
import type { AttemptStore } from '../ports.js';

const CHECK_INTERVAL_MS = 250;

/** Rejects a registration when the attempt store is full or its message would be sent too late. */
export class RegistrationAdmissionControl {
  #checkedAt = 0;
  #overloaded = false;

  constructor(
    private readonly attempts: AttemptStore,
    private readonly jobs: JobQueue,
    private readonly limits: RegistrationLimits,
    private readonly clock: Clock,
  ) {}

  /** @throws Overloaded */
  async assertCapacity(): Promise<void> {
    const now = this.clock.now().getTime();
    if (now - this.#checkedAt >= CHECK_INTERVAL_MS || now < this.#checkedAt) {
      this.#checkedAt = now;
      this.#overloaded = await this.#isOverloaded();
    }
    if (this.#overloaded) throw new Overloaded('Too many are registering at this moment. Please try again soon.', 5);
  }

  async #isOverloaded(): Promise<boolean> {
    const { liveAttempts, messageBacklogSeconds } = this.limits;
    if (messageBacklogSeconds !== null && (await this.jobs.estimateBacklogSeconds()) > messageBacklogSeconds)
      return true;
    return liveAttempts !== null && (await this.attempts.countLive()) >= liveAttempts;
  }
}

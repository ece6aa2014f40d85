import { type Counters, type Identifier, Unavailable } from '#kernel';
import type { JobQueue, MessageBudget, RequestSource, SmsQuota } from '#notifications';
import { TooManyChanges } from '../../domain/errors.js';
import type { PendingIdentifierChange } from '../../domain/pending-identifier-change.js';
import { type IdentifierChangeSettings, SEND_IDENTIFIER_CHANGE_CODE } from '../identifier-change-ports.js';

const DAY_MS = 24 * 3_600_000;

/** Quota for one change. `release` returns the SMS that was not sent. */
export interface QuotaReservation {
  release(): Promise<void>;
}

/** Enqueues codes to new identifiers and enforces their limits. */
export class IdentifierChangeRequests {
  constructor(
    private readonly counters: Counters,
    private readonly budget: MessageBudget,
    private readonly sms: SmsQuota,
    private readonly jobs: JobQueue,
    private readonly settings: IdentifierChangeSettings,
  ) {}

  /**
   * @throws TooManyChanges
   * @throws ClientNetworkRateLimited when the source has used its SMS quota
   * @throws Unavailable when the message backlog is too long or the SMS quota of the day is used up
   */
  async reserveQuota(customerId: string, { kind }: Identifier, source: RequestSource): Promise<QuotaReservation> {
    const { identifierChanges, messageBacklogSeconds } = this.settings.limits;
    if (messageBacklogSeconds !== null && (await this.jobs.estimateBacklogSeconds()) > messageBacklogSeconds)
      throw new Unavailable('Too many messages are waiting at this moment. Please try again soon.', 5);
    const key = `{${customerId}}:identifier_changes`;
    const taken = await this.counters.reserve(key, [{ max: identifierChanges, windowMs: DAY_MS }]);
    if (!taken.allowed) throw new TooManyChanges(taken.retryAfterSeconds);
    if (kind === 'email') return { release: async () => undefined };
    const release = await this.sms.reserveSmsOrThrow('ordinary', source).catch(async (error: unknown) => {
      await this.counters.release(key, taken.ticket).catch(() => undefined);
      throw error;
    });
    return { release };
  }

  /** Silently drops the code above the message limit of the identifier, because others may have used the limit up. */
  async enqueueCode(
    change: PendingIdentifierChange,
    source: RequestSource,
    reservation: QuotaReservation,
  ): Promise<void> {
    const { customerId, id, identifierHash } = change;
    const permission = await this.budget.reserveMessage({ identifierHash, kind: 'changes', source });
    if (!permission.allowed) return reservation.release();
    await this.jobs.enqueue({ kind: SEND_IDENTIFIER_CHANGE_CODE, reference: `${customerId}.${id}` });
  }
}

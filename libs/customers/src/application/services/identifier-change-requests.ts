import { type Counters, type Identifier, Unavailable } from '#kernel';
import type { JobQueue, MessageBudget, RequestSource, SmsQuota } from '#notifications';
import { TooManyChanges } from '../../domain/errors.js';
import type { PendingIdentifierChange } from '../../domain/pending-identifier-change.js';
import { type IdentifierChangeSettings, SEND_IDENTIFIER_CHANGE_CODE } from '../identifier-change-ports.js';

const DAY_MS = 24 * 3_600_000;

/** A change that may be asked for. `giveBack`: its SMS is not needed after all. */
export interface QuotaReservation {
  release(): Promise<void>;
}

/** Asks for codes to new identifiers, and looks after how many of them. */
export class IdentifierChangeRequests {
  constructor(
    private readonly counters: Counters,
    private readonly budget: MessageBudget,
    private readonly sms: SmsQuota,
    private readonly due: JobQueue,
    private readonly settings: IdentifierChangeSettings,
  ) {}

  /**
   * @throws TooManyChanges
   * @throws SourceLimited when this source has had its share of SMS
   * @throws Unavailable when the message would come too late, or when no more SMS are sent for now
   */
  async reserveQuota(customerId: string, { kind }: Identifier, source: RequestSource): Promise<QuotaReservation> {
    const { identifierChanges, messageBacklogSeconds } = this.settings.limits;
    if (messageBacklogSeconds !== null && (await this.due.estimateBacklogSeconds()) > messageBacklogSeconds)
      throw new Unavailable('Too many messages are waiting at this moment. Please try again soon.', 5);
    const key = `{${customerId}}:identifier_changes`;
    const taken = await this.counters.reserve(key, [{ max: identifierChanges, windowMs: DAY_MS }]);
    if (!taken.allowed) throw new TooManyChanges(taken.retryAfterSeconds);
    if (kind === 'email') return { release: async () => undefined };
    const giveBack = await this.sms.reserveSmsOrThrow('ordinary', source).catch(async (error: unknown) => {
      await this.counters.release(key, taken.ticket).catch(() => undefined);
      throw error;
    });
    return { release: giveBack };
  }

  /** Beyond what an identifier may be sent nothing is, and nobody learns it: others may have used it up. */
  async enqueueCode(
    change: PendingIdentifierChange,
    source: RequestSource,
    reservation: QuotaReservation,
  ): Promise<void> {
    const { customerId, id, identifierHash } = change;
    const permission = await this.budget.reserveMessage({ identifierHash, kind: 'changes', source });
    if (!permission.allowed) return reservation.release();
    await this.due.enqueue({ kind: SEND_IDENTIFIER_CHANGE_CODE, reference: `${customerId}.${id}` });
  }
}

import { type Counters, Unavailable } from '#kernel';
import type { DueMessages } from '#notifications';
import { TooManyChanges } from '../domain/errors.js';
import type { PendingChange } from '../domain/identifier-change.js';
import { CHANGE_CODE_DUE, type ChangeRules } from './change-ports.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Asks for codes to new identifiers, and looks after how many of them. */
export class ChangeRequests {
  constructor(
    private readonly counters: Counters,
    private readonly due: DueMessages,
    private readonly rules: ChangeRules,
  ) {}

  /** @throws TooManyChanges, Unavailable when the message would come too late */
  async admit(customerId: string): Promise<void> {
    const { identifierChanges, messageBacklogSeconds } = this.rules.limits;
    if (messageBacklogSeconds !== null && (await this.due.backlogSeconds()) > messageBacklogSeconds)
      throw new Unavailable('Too many messages are waiting at this moment. Please try again soon.', 5);
    const taken = await this.counters.take(`{${customerId}}:identifier_changes`, [
      { most: identifierChanges, windowMs: DAY_MS },
    ]);
    if (!taken.allowed) throw new TooManyChanges(taken.retryAfterSeconds);
  }

  /** Beyond what an identifier may be sent nothing is, and nobody learns it: others may have used it up. */
  async ask({ customerId, id, identifierHash }: PendingChange, source: string): Promise<void> {
    const { sendsPerSourceMinute, sendsPerSourceDay, sendsPerIdentifier } = this.rules.limits;
    const bySource = [
      { most: sendsPerSourceMinute, windowMs: MINUTE_MS },
      { most: sendsPerSourceDay, windowMs: DAY_MS },
    ];
    if (!(await this.counters.take(`{${identifierHash}}:changes:${source}`, bySource)).allowed) return;
    const daily = [{ most: sendsPerIdentifier, windowMs: DAY_MS }];
    if (!(await this.counters.take(`{${identifierHash}}:changes`, daily)).allowed) return;
    await this.due.put({ kind: CHANGE_CODE_DUE, reference: `${customerId}.${id}` });
  }
}

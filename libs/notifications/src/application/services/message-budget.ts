import { Injectable } from '@nestjs/common';
import { type Allowance, Counters, spreadOverDay } from '#kernel';
import { MessageLimits, type RequestSource } from '../message-limits.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export interface MessageRequest {
  /** Keyed hash of the identifier that the message goes to. */
  readonly identifierHash: string;
  /** Each kind has counts of its own. */
  readonly kind: 'sends' | 'resets' | 'changes';
  readonly source: RequestSource;
}

export type MessageReservation =
  | { readonly allowed: true; release(): Promise<void> }
  /** `null`: not to be told, because others may have used the budget up. */
  | { readonly allowed: false; readonly retryAfterSeconds: number | null };

/** How many messages an identifier gets. One source cannot use up what the owner has from another. */
@Injectable()
export class MessageBudget {
  constructor(
    private readonly counters: Counters,
    private readonly limits: MessageLimits,
  ) {}

  async reserveMessage({ identifierHash, kind, source }: MessageRequest): Promise<MessageReservation> {
    const identifierKey = `{${identifierHash}}:${kind}`;
    const sourceKey = `{${identifierHash}}:${kind}:${source.prefix}`;
    const bySource = await this.counters.reserve(sourceKey, this.#sourceAllowances(source));
    if (!bySource.allowed) return { allowed: false, retryAfterSeconds: bySource.retryAfterSeconds };
    const byIdentifier = await this.counters.reserve(identifierKey, spreadOverDay(this.limits.sendsPerIdentifier));
    if (!byIdentifier.allowed) {
      // What others have used up is not held against this source.
      await this.counters.release(sourceKey, bySource.ticket);
      return { allowed: false, retryAfterSeconds: null };
    }
    const release = async (): Promise<void> => {
      await this.counters.release(sourceKey, bySource.ticket);
      await this.counters.release(identifierKey, byIdentifier.ticket);
    };
    return { allowed: true, release };
  }

  #sourceAllowances({ trusted }: RequestSource): readonly Allowance[] {
    const { sendsPerSourceMinute, sendsPerSourceDay } = this.limits;
    return [
      { max: trusted ? null : sendsPerSourceMinute, windowMs: MINUTE_MS },
      { max: trusted ? null : sendsPerSourceDay, windowMs: DAY_MS },
    ];
  }
}

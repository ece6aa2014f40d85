import { Injectable } from '@nestjs/common';
import { type Allowance, Counters, hourly } from '#kernel';
import { MessageLimits, type RequestSource } from './limits.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

export interface MessageRequest {
  /** Keyed hash of the identifier that the message goes to. */
  readonly identifierHash: string;
  /** Each kind has counts of its own. */
  readonly kind: 'sends' | 'resets' | 'changes';
  readonly source: RequestSource;
}

export type MessagePermission =
  | { readonly send: true; giveBack(): Promise<void> }
  /** `null`: not to be told, because others may have used the budget up. */
  | { readonly send: false; readonly retryAfterSeconds: number | null };

/** How many messages an identifier gets. One source cannot use up what the owner has from another. */
@Injectable()
export class MessageBudget {
  constructor(
    private readonly counters: Counters,
    private readonly limits: MessageLimits,
  ) {}

  async take({ identifierHash, kind, source }: MessageRequest): Promise<MessagePermission> {
    const ofIdentifier = `{${identifierHash}}:${kind}`;
    const ofSource = `{${identifierHash}}:${kind}:${source.prefix}`;
    const bySource = await this.counters.take(ofSource, this.#perSource(source));
    if (!bySource.allowed) return { send: false, retryAfterSeconds: bySource.retryAfterSeconds };
    const byIdentifier = await this.counters.take(ofIdentifier, hourly(this.limits.sendsPerIdentifier));
    if (!byIdentifier.allowed) {
      // What others have used up is not held against this source.
      await this.counters.giveBack(ofSource, bySource.ticket);
      return { send: false, retryAfterSeconds: null };
    }
    const giveBack = async (): Promise<void> => {
      await this.counters.giveBack(ofSource, bySource.ticket);
      await this.counters.giveBack(ofIdentifier, byIdentifier.ticket);
    };
    return { send: true, giveBack };
  }

  #perSource({ trusted }: RequestSource): readonly Allowance[] {
    const { sendsPerSourceMinute, sendsPerSourceDay } = this.limits;
    return [
      { most: trusted ? null : sendsPerSourceMinute, windowMs: MINUTE_MS },
      { most: trusted ? null : sendsPerSourceDay, windowMs: DAY_MS },
    ];
  }
}

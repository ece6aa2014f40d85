import { randomInt } from 'node:crypto';
import type { SendDurations } from '../message-job.js';
import type { Channel } from '../ports.js';

/** What became of one message, over all tries of it. */
export interface SendOutcome {
  readonly accepted: boolean;
  /** It was refused for good: that is about its recipient, whom a stranger may have chosen. */
  readonly isPermanent?: boolean;
  readonly attempts: number;
  /** From its first try on. */
  readonly durationMs: number;
}

/** So many messages are remembered of each channel: soon it is known what is usual, and no single one decides it. */
const OUTCOMES_KEPT_PER_CHANNEL = 16;

/** What became of the last messages of each channel: the same becomes of a message that is not sent. */
export class RecentSendOutcomes implements SendDurations {
  readonly #outcomes = new Map<Channel, readonly SendOutcome[]>();
  readonly #acceptedDurations = new Map<Channel, readonly number[]>();

  recordOutcome(channel: Channel, outcome: SendOutcome): void {
    this.#outcomes.set(channel, [...(this.#outcomes.get(channel) ?? []), outcome].slice(-OUTCOMES_KEPT_PER_CHANNEL));
    if (!outcome.accepted) return;
    const durations = [...(this.#acceptedDurations.get(channel) ?? []), outcome.durationMs];
    this.#acceptedDurations.set(channel, durations.slice(-OUTCOMES_KEPT_PER_CHANNEL));
  }

  /** The time of one of the last that were accepted, drawn at random: times of both kinds are spread alike. */
  sampleDurationMs(channel: Channel): number {
    const durations = this.#acceptedDurations.get(channel) ?? [0];
    return durations[randomInt(durations.length)] ?? 0;
  }

  /**
   * What becomes of a message at this moment: what became of the last one. A refusal for good counts only where none of those that
   * are remembered was accepted, so that nobody steers it by messages to addresses that do not exist.
   */
  predictOutcome(channel: Channel): SendOutcome {
    const outcomes = this.#outcomes.get(channel) ?? [];
    const last = outcomes.at(-1);
    const accepted = outcomes.findLast((send) => send.accepted);
    if (last && !last.accepted && !(last.isPermanent && accepted)) return last;
    return { accepted: true, attempts: accepted?.attempts ?? 1, durationMs: this.sampleDurationMs(channel) };
  }
}

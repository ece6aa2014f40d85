import { randomInt } from 'node:crypto';
import type { SendTimes } from './message-source.js';
import type { Channel } from './ports.js';

/** What became of one message, over all tries of it. */
export interface Send {
  readonly accepted: boolean;
  readonly tries: number;
  /** From its first try on. */
  readonly ms: number;
}

/** So many times are remembered of each channel: soon it is known what is usual, and no single message decides it. */
const REMEMBERED = 16;

/** What became of the last messages of each channel: the same becomes of a message that is not sent. */
export class RecentSends implements SendTimes {
  readonly #last = new Map<Channel, Send>();
  readonly #acceptedMs = new Map<Channel, readonly number[]>();

  note(channel: Channel, send: Send): void {
    this.#last.set(channel, send);
    if (!send.accepted) return;
    const times = [...(this.#acceptedMs.get(channel) ?? []), send.ms];
    this.#acceptedMs.set(channel, times.slice(-REMEMBERED));
  }

  /** The time of one of the last that were accepted, drawn at random: times of both kinds are spread alike. */
  usualMs(channel: Channel): number {
    const times = this.#acceptedMs.get(channel) ?? [0];
    return times[randomInt(times.length)] ?? 0;
  }

  /** What becomes of a message at this moment. Whether it is accepted shows in figures and events only. */
  now(channel: Channel): Send {
    const last = this.#last.get(channel);
    return last && !last.accepted ? last : { accepted: true, tries: last?.tries ?? 1, ms: this.usualMs(channel) };
  }
}

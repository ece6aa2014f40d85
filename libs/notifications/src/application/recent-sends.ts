import { randomInt } from 'node:crypto';
import type { SendTimes } from './message-source.js';
import type { Channel } from './ports.js';

/** What became of one message, over all tries of it. */
export interface Send {
  readonly accepted: boolean;
  /** It was refused for good: that is about its recipient, whom a stranger may have chosen. */
  readonly permanently?: boolean;
  readonly tries: number;
  /** From its first try on. */
  readonly ms: number;
}

/** So many messages are remembered of each channel: soon it is known what is usual, and no single one decides it. */
const REMEMBERED = 16;

/** What became of the last messages of each channel: the same becomes of a message that is not sent. */
export class RecentSends implements SendTimes {
  readonly #last = new Map<Channel, readonly Send[]>();
  readonly #acceptedMs = new Map<Channel, readonly number[]>();

  note(channel: Channel, send: Send): void {
    this.#last.set(channel, [...(this.#last.get(channel) ?? []), send].slice(-REMEMBERED));
    if (!send.accepted) return;
    const times = [...(this.#acceptedMs.get(channel) ?? []), send.ms];
    this.#acceptedMs.set(channel, times.slice(-REMEMBERED));
  }

  /** The time of one of the last that were accepted, drawn at random: times of both kinds are spread alike. */
  usualMs(channel: Channel): number {
    const times = this.#acceptedMs.get(channel) ?? [0];
    return times[randomInt(times.length)] ?? 0;
  }

  /**
   * What becomes of a message at this moment: what became of the last one. A refusal for good counts only where none of those that
   * are remembered was accepted, so that nobody steers it by messages to addresses that do not exist.
   */
  now(channel: Channel): Send {
    const sends = this.#last.get(channel) ?? [];
    const last = sends.at(-1);
    const accepted = sends.findLast((send) => send.accepted);
    if (last && !last.accepted && !(last.permanently && accepted)) return last;
    return { accepted: true, tries: accepted?.tries ?? 1, ms: this.usualMs(channel) };
  }
}

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

/** So many are remembered of each channel: soon it is known how things are now, and no single message decides it. */
const REMEMBERED = 16;
const UNKNOWN: Send = { accepted: true, tries: 1, ms: 0 };

/**
 * What became of the last messages of each channel. It becomes of a message that is not sent what became of one of these, drawn
 * at random, so that the times of both kinds are spread alike.
 */
export class RecentSends implements SendTimes {
  readonly #all = new Map<Channel, Send[]>();
  readonly #accepted = new Map<Channel, Send[]>();

  note(channel: Channel, send: Send): void {
    remember(this.#all, channel, send);
    if (send.accepted) remember(this.#accepted, channel, send);
  }

  /** As long as one of the last that were accepted. */
  usualMs(channel: Channel): number {
    return drawn(this.#accepted.get(channel)).ms;
  }

  one(channel: Channel): Send {
    return drawn(this.#all.get(channel));
  }
}

function remember(sends: Map<Channel, Send[]>, channel: Channel, send: Send): void {
  sends.set(channel, [...(sends.get(channel) ?? []), send].slice(-REMEMBERED));
}

const drawn = (sends: readonly Send[] = [UNKNOWN]): Send => sends[randomInt(sends.length)] ?? UNKNOWN;

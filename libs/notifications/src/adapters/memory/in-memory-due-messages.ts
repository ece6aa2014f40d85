import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Keepable, Snapshots } from '#platform/in-memory';
import { type DueMessage, DueMessages } from '../../application/ports.js';
import { currentOrigin } from '../origin.js';

/** For a single process. Iterates in the order of putting; a leased message waits where it stands. */
@Injectable()
export class InMemoryDueMessages extends DueMessages implements Keepable {
  readonly #waiting = new Map<string, { readonly message: DueMessage; readonly since: number }>();
  readonly #leased = new Map<string, { message: DueMessage; until: number }>();
  #pace = { second: 0, taken: 0, before: 0 };
  #wake: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    snapshots?: Snapshots,
  ) {
    super();
    snapshots?.keep('due', this);
  }

  async put(message: DueMessage): Promise<void> {
    const key = keyOf(message);
    this.#waiting.set(key, this.#waiting.get(key) ?? { message: { ...currentOrigin(), ...message }, since: this.#now });
    this.#wake();
  }

  async lease(count: number, leaseMs: number): Promise<readonly DueMessage[]> {
    this.#reclaim();
    const taken: DueMessage[] = [];
    for (const [key, { message }] of this.#waiting) {
      if (taken.length >= count) break;
      this.#waiting.delete(key);
      this.#leased.set(key, { message, until: this.#now + leaseMs });
      taken.push(message);
    }
    this.#count(taken.length);
    return taken;
  }

  async done(message: DueMessage): Promise<void> {
    this.#leased.delete(keyOf(message));
  }

  async backlogSeconds(): Promise<number> {
    const [oldest] = this.#waiting.values();
    const age = oldest ? Math.max(0, this.#now - oldest.since) / 1000 : 0;
    const pace = this.#lastPace();
    return age < 1 || pace === 0 ? age : Math.max(age, this.#waiting.size / pace);
  }

  onPut(wake: () => void): void {
    this.#wake = wake;
  }

  snapshot(): DueMessage[] {
    return [...this.#leased.values(), ...this.#waiting.values()].map(({ message }) => message);
  }

  restore(messages: readonly DueMessage[]): void {
    for (const message of messages) this.#waiting.set(keyOf(message), { message, since: this.#now });
  }

  get #now(): number {
    return this.clock.now().getTime();
  }

  get #second(): number {
    return Math.floor(this.#now / 1000);
  }

  #count(taken: number): void {
    const { second, taken: soFar } = this.#pace;
    if (taken === 0) return;
    if (second === this.#second) this.#pace.taken += taken;
    else this.#pace = { second: this.#second, taken, before: second === this.#second - 1 ? soFar : 0 };
  }

  /** Messages taken in a second, of the last two. */
  #lastPace(): number {
    const { second, taken, before } = this.#pace;
    if (second === this.#second) return Math.max(taken, before);
    return second === this.#second - 1 ? taken : 0;
  }

  #reclaim(): void {
    for (const [key, { message, until }] of this.#leased) {
      if (until > this.#now) continue;
      this.#leased.delete(key);
      this.#waiting.set(key, { message, since: until });
    }
  }
}

const keyOf = ({ kind, reference }: DueMessage): string => `${kind} ${reference}`;

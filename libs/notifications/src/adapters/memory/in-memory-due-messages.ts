import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { type Keepable, Snapshots } from '#platform';
import { type DueMessage, DueMessages } from '../../application/ports.js';

/** For a single process. Iterates in the order of putting; a leased message waits where it stands. */
@Injectable()
export class InMemoryDueMessages extends DueMessages implements Keepable {
  readonly #waiting = new Map<string, { readonly message: DueMessage; readonly since: number }>();
  readonly #leased = new Map<string, { message: DueMessage; until: number }>();
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
    this.#waiting.set(key, this.#waiting.get(key) ?? { message, since: this.#now });
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
    return taken;
  }

  async done(message: DueMessage): Promise<void> {
    this.#leased.delete(keyOf(message));
  }

  async backlogSeconds(): Promise<number> {
    const [oldest] = this.#waiting.values();
    return oldest ? (this.#now - oldest.since) / 1000 : 0;
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

  #reclaim(): void {
    for (const [key, { message, until }] of this.#leased) {
      if (until > this.#now) continue;
      this.#leased.delete(key);
      this.#waiting.set(key, { message, since: until });
    }
  }
}

const keyOf = ({ kind, reference }: DueMessage): string => `${kind} ${reference}`;

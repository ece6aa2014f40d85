import { AlreadyHandled, Inbox, type IncomingEvent } from '#kernel';
import type { Participant } from '#kernel/testing';

/** Handled and committed events. */
export class InMemoryInbox extends Inbox implements Participant {
  #handled: readonly string[] = [];

  get handled(): readonly string[] {
    return this.#handled;
  }

  override async recordHandled({ consumer, source, id }: IncomingEvent): Promise<void> {
    const key = `${consumer} ${source} ${id}`;
    if (this.#handled.includes(key)) throw new AlreadyHandled();
    this.#handled = [...this.#handled, key];
  }

  checkpoint(): () => void {
    const kept = this.#handled;
    return () => {
      this.#handled = kept;
    };
  }
}

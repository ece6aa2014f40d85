import { randomInt, randomUUID } from 'node:crypto';
import { AlreadyHandled, DomainError, type EventSubscriber, type IncomingEvent } from '#kernel';
import { within } from '#platform/async';
import { endAt, inContext, type Log } from '#platform/observability';
import { OutOfTurn, Stale } from '../inbox/out-of-turn.js';
import type { TypeOrmInbox } from '../inbox/typeorm-inbox.js';
import type { IncomingMessage, Verdict } from '../sources/event-source.js';
import type { Lanes } from './lanes.js';
import { Poison } from './poison.js';
import { type ReadEvent, readEvent } from './read-event.js';

export type Outcome = 'handled' | 'duplicate' | 'stale' | 'waiting' | 'retried' | 'dead';

/** A mistake of ours is tried so often. */
const TRIES = 5;
const LONGEST_RETRY_MS = 30_000;
/** Until what is away comes back. */
const AWAY_MS = 5_000;
/** So long an event waits for one of its aggregate that is missing. */
const MISSING_MS = 60_000;
const LOOK_AGAIN_MS = 1_000;
/** Nothing of a handler that takes longer is committed. */
const HANDLE_MS = 30_000;

/** What one subscriber makes of a message: reads it, has it handled, and says what becomes of it. */
export class Handling {
  constructor(
    private readonly subscriber: EventSubscriber,
    private readonly inbox: Pick<TypeOrmInbox, 'hasAccepted'>,
    private readonly lanes: Lanes,
    private readonly log: Log,
    private readonly observe: (consumer: string, outcome: Outcome) => void,
  ) {}

  async judge(message: IncomingMessage): Promise<Verdict> {
    let read: ReadEvent<object>;
    try {
      read = readEvent(message.body, this.subscriber);
    } catch (error) {
      return this.#refused(error);
    }
    const { event, ...context } = read;
    const lane = `${event.consumer} ${event.source} ${event.subject ?? event.id}`;
    const verdict = await this.lanes.run(lane, () =>
      inContext(contextOf(context), () => this.#handled(event, message)),
    );
    return verdict ?? { is: 'release' };
  }

  async #handled(event: IncomingEvent, message: IncomingMessage): Promise<Verdict> {
    endAt(performance.now() + HANDLE_MS);
    try {
      await within(HANDLE_MS, this.subscriber.handle(event));
      if (!this.inbox.hasAccepted(event)) throw new Error('it was handled past the inbox');
      return this.#done('handled');
    } catch (error) {
      if (error instanceof Stale) return this.#done('stale');
      if (error instanceof AlreadyHandled) return this.#done('duplicate');
      return this.#failed(event, message, error);
    }
  }

  #done(outcome: Outcome): Verdict {
    this.observe(this.subscriber.name, outcome);
    return { is: 'done' };
  }

  #failed(event: IncomingEvent, { attempt, since }: IncomingMessage, error: unknown): Verdict {
    if (error instanceof OutOfTurn) {
      if (Date.now() - since > MISSING_MS) return this.#dead('out_of_turn', `/sequence ${event.sequence}`, event);
      return this.#again('waiting', randomInt(1, LOOK_AGAIN_MS), false);
    }
    const [away, reason] = [isAway(error), reasonOf(error)];
    const { id, type, consumer } = event;
    this.log.warn({ event: id, type, consumer, reason, attempt, away }, 'an event was not handled');
    if (away) return this.#again('retried', randomInt(1, AWAY_MS), false);
    if (attempt >= TRIES) return this.#dead('handler_failed', reason, event);
    return this.#again('retried', randomInt(1, Math.min(LONGEST_RETRY_MS, 250 * 4 ** attempt)), true);
  }

  #again(outcome: Outcome, afterMs: number, counts: boolean): Verdict {
    this.observe(this.subscriber.name, outcome);
    return { is: 'again', afterMs, counts };
  }

  /** What cannot be read today cannot be read in a second; if the reading is wrong, it is ours to mend and to send back. */
  #refused(error: unknown): Verdict {
    return error instanceof Poison
      ? this.#dead(error.reason, error.detail)
      : this.#dead('handler_failed', reasonOf(error));
  }

  #dead(reason: string, detail: string, event?: IncomingEvent): Verdict {
    const known = event ? { event: event.id, type: event.type } : {};
    this.log.error({ ...known, consumer: this.subscriber.name, reason, detail }, 'an event is a dead letter');
    this.observe(this.subscriber.name, 'dead');
    return { is: 'dead', reason, detail };
  }
}

const contextOf = ({ correlationId = randomUUID(), causationId, traceparent }: Omit<ReadEvent<object>, 'event'>) => ({
  correlationId,
  ...(causationId ? { causationId } : {}),
  ...(traceparent ? { traceparent } : {}),
});

const isAway = (error: unknown): boolean => error instanceof DomainError && error.kind === 'unavailable';

/** What an error says may quote what it was about: its name and code do not. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((word) => typeof word === 'string' || typeof word === 'number').join(' ') || 'unknown';
}

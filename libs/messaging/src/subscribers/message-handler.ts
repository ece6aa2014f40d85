import { randomInt, randomUUID } from 'node:crypto';
import { AlreadyHandled, DomainError, type EventSubscriber, type IncomingEvent } from '#kernel';
import { withTimeout } from '#platform/async';
import { type Log, runInContext, setDeadline } from '#platform/observability';
import { SequenceGapError, StaleEventError } from '../inbox/event-order-errors.js';
import type { TypeOrmInbox } from '../inbox/typeorm-inbox.js';
import type { IncomingMessage, MessageDisposition } from '../sources/event-source.js';
import type { KeyedSerialExecutor } from './keyed-serial-executor.js';
import { type ParsedEvent, parseCloudEvent } from './parse-cloud-event.js';
import { PoisonMessageError } from './poison-message-error.js';

export type HandlingOutcome = 'handled' | 'duplicate' | 'stale' | 'waiting' | 'retried' | 'dead';

/** A mistake of ours is tried so often. */
const MAX_ATTEMPTS = 5;
const MAX_RETRY_DELAY_MS = 30_000;
/** Until what is away comes back. */
const UNAVAILABLE_RETRY_MS = 5_000;
/** So long an event waits for one of its aggregate that is missing. */
const SEQUENCE_GAP_TIMEOUT_MS = 60_000;
const SEQUENCE_GAP_RETRY_MS = 1_000;
/** Nothing of a handler that takes longer is committed. */
const HANDLER_TIMEOUT_MS = 30_000;

/** What one subscriber makes of a message: reads it, has it handled, and says what becomes of it. */
export class MessageHandler {
  constructor(
    private readonly subscriber: EventSubscriber,
    private readonly inbox: Pick<TypeOrmInbox, 'hasCommitted'>,
    private readonly executor: KeyedSerialExecutor,
    private readonly log: Log,
    private readonly observe: (consumer: string, outcome: HandlingOutcome) => void,
  ) {}

  async handle(message: IncomingMessage): Promise<MessageDisposition> {
    let read: ParsedEvent<object>;
    try {
      read = parseCloudEvent(message.body, this.subscriber);
    } catch (error) {
      return this.#rejectUnreadable(error);
    }
    const { event, ...context } = read;
    const key = `${event.consumer} ${event.source} ${event.subject ?? event.id}`;
    const verdict = await this.executor.run(key, () =>
      runInContext(contextOf(context), () => this.#handleEvent(event, message)),
    );
    return verdict ?? { is: 'release' };
  }

  async #handleEvent(event: IncomingEvent, message: IncomingMessage): Promise<MessageDisposition> {
    setDeadline(performance.now() + HANDLER_TIMEOUT_MS);
    try {
      await withTimeout(HANDLER_TIMEOUT_MS, this.subscriber.handle(event));
      if (!this.inbox.hasCommitted(event)) throw new Error('it was handled past the inbox');
      return this.#complete('handled');
    } catch (error) {
      if (error instanceof StaleEventError) return this.#complete('stale');
      if (error instanceof AlreadyHandled) return this.#complete('duplicate');
      return this.#handleFailure(event, message, error);
    }
  }

  #complete(outcome: HandlingOutcome): MessageDisposition {
    this.observe(this.subscriber.name, outcome);
    return { is: 'done' };
  }

  #handleFailure(event: IncomingEvent, { attempt, since }: IncomingMessage, error: unknown): MessageDisposition {
    if (error instanceof SequenceGapError) {
      if (Date.now() - since > SEQUENCE_GAP_TIMEOUT_MS)
        return this.#deadLetter('out_of_turn', `/sequence ${event.sequence}`, event);
      return this.#retry('waiting', randomInt(1, SEQUENCE_GAP_RETRY_MS), false);
    }
    const [away, reason] = [isUnavailable(error), reasonOf(error)];
    const { id, type, consumer } = event;
    this.log.warn({ event: id, type, consumer, reason, attempt, away }, 'an event was not handled');
    if (away) return this.#retry('retried', randomInt(1, UNAVAILABLE_RETRY_MS), false);
    if (attempt >= MAX_ATTEMPTS) return this.#deadLetter('handler_failed', reason, event);
    return this.#retry('retried', randomInt(1, Math.min(MAX_RETRY_DELAY_MS, 250 * 4 ** attempt)), true);
  }

  #retry(outcome: HandlingOutcome, afterMs: number, counts: boolean): MessageDisposition {
    this.observe(this.subscriber.name, outcome);
    return { is: 'again', afterMs, counts };
  }

  /** What cannot be read today cannot be read in a second; if the reading is wrong, it is ours to mend and to send back. */
  #rejectUnreadable(error: unknown): MessageDisposition {
    return error instanceof PoisonMessageError
      ? this.#deadLetter(error.reason, error.detail)
      : this.#deadLetter('handler_failed', reasonOf(error));
  }

  #deadLetter(reason: string, detail: string, event?: IncomingEvent): MessageDisposition {
    const known = event ? { event: event.id, type: event.type } : {};
    this.log.error({ ...known, consumer: this.subscriber.name, reason, detail }, 'an event is a dead letter');
    this.observe(this.subscriber.name, 'dead');
    return { is: 'dead', reason, detail };
  }
}

const contextOf = ({ correlationId = randomUUID(), causationId, traceparent }: Omit<ParsedEvent<object>, 'event'>) => ({
  correlationId,
  ...(causationId ? { causationId } : {}),
  ...(traceparent ? { traceparent } : {}),
});

const isUnavailable = (error: unknown): boolean => error instanceof DomainError && error.kind === 'unavailable';

/** What an error says may quote what it was about: its name and code do not. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((word) => typeof word === 'string' || typeof word === 'number').join(' ') || 'unknown';
}

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

/** Attempts for a failure in the handler. */
const MAX_ATTEMPTS = 5;
const MAX_RETRY_DELAY_MS = 30_000;
/** Maximum delay while a dependency is unavailable. Such attempts do not count. */
const UNAVAILABLE_RETRY_MS = 5_000;
/** How long an event waits for a missing earlier event of its aggregate. */
const SEQUENCE_GAP_TIMEOUT_MS = 60_000;
const SEQUENCE_GAP_RETRY_MS = 1_000;
/** A handler that takes longer cannot commit. */
const HANDLER_TIMEOUT_MS = 30_000;

/** Parses a message, calls the subscriber, and decides the disposition of the message. */
export class MessageHandler {
  constructor(
    private readonly subscriber: EventSubscriber,
    private readonly inbox: Pick<TypeOrmInbox, 'hasCommitted'>,
    private readonly executor: KeyedSerialExecutor,
    private readonly log: Log,
    private readonly observe: (consumer: string, outcome: HandlingOutcome) => void,
  ) {}

  async handle(message: IncomingMessage): Promise<MessageDisposition> {
    let parsed: ParsedEvent<object>;
    try {
      parsed = parseCloudEvent(message.body, this.subscriber);
    } catch (error) {
      return this.#rejectUnreadable(error);
    }
    const { event, ...context } = parsed;
    const key = `${event.consumer} ${event.source} ${event.subject ?? event.id}`;
    const disposition = await this.executor.run(key, () =>
      runInContext(contextOf(context), () => this.#handleEvent(event, message)),
    );
    return disposition ?? { is: 'release' };
  }

  async #handleEvent(event: IncomingEvent, message: IncomingMessage): Promise<MessageDisposition> {
    setDeadline(performance.now() + HANDLER_TIMEOUT_MS);
    try {
      await withTimeout(HANDLER_TIMEOUT_MS, this.subscriber.handle(event));
      if (!this.inbox.hasCommitted(event)) throw new Error('the handler did not record the event in the inbox');
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
    const [unavailable, reason] = [isUnavailable(error), reasonOf(error)];
    const { id, type, consumer } = event;
    this.log.warn({ event: id, type, consumer, reason, attempt, away: unavailable }, 'event handling failed');
    if (unavailable) return this.#retry('retried', randomInt(1, UNAVAILABLE_RETRY_MS), false);
    if (attempt >= MAX_ATTEMPTS) return this.#deadLetter('handler_failed', reason, event);
    return this.#retry('retried', randomInt(1, Math.min(MAX_RETRY_DELAY_MS, 250 * 4 ** attempt)), true);
  }

  #retry(outcome: HandlingOutcome, afterMs: number, counts: boolean): MessageDisposition {
    this.observe(this.subscriber.name, outcome);
    return { is: 'again', afterMs, counts };
  }

  /** An unreadable message is not retried. If the parser is wrong, fix it and replay the dead letter. */
  #rejectUnreadable(error: unknown): MessageDisposition {
    return error instanceof PoisonMessageError
      ? this.#deadLetter(error.reason, error.detail)
      : this.#deadLetter('handler_failed', reasonOf(error));
  }

  #deadLetter(reason: string, detail: string, event?: IncomingEvent): MessageDisposition {
    const eventFields = event ? { event: event.id, type: event.type } : {};
    this.log.error(
      { ...eventFields, consumer: this.subscriber.name, reason, detail },
      'event moved to the dead letters',
    );
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

/** The name and code of an error. Its message may contain personal data. */
function reasonOf(error: unknown): string {
  const { name, code } = error as { name?: unknown; code?: unknown };
  return [name, code].filter((part) => typeof part === 'string' || typeof part === 'number').join(' ') || 'unknown';
}

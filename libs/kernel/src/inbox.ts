import type { IncomingEvent } from './incoming-event.js';

/** The event was already handled. The current transaction must roll back. */
export class AlreadyHandled extends Error {}

/** Records handled events in the transaction of their effect, so that a redelivered event has its effect once. */
export abstract class Inbox {
  /**
   * Call this first in the unit of work that has the effect.
   * @throws AlreadyHandled do not catch it: the caller of the subscriber handles it
   */
  abstract recordHandled(event: IncomingEvent): Promise<void>;
}

import type { IncomingEvent } from './incoming-event.js';

/** What was handled already is not done again. The transaction that tried must be given up. */
export class AlreadyHandled extends Error {}

/** Remembers which events were handled, in the transaction of their effect: so the effect happens once, however often they come. */
export abstract class Inbox {
  /**
   * The first statement of the unit of work that has the effect.
   * @throws AlreadyHandled to be let through: whoever handed the event over knows what it means
   */
  abstract recordHandled(event: IncomingEvent): Promise<void>;
}

import type { ConsumedEvent, EventContract } from '#kernel';

/** The events of all modules. The application that composes the modules provides it. */
export abstract class EventCatalog {
  abstract readonly contracts: readonly EventContract[];
  /** Events that other systems send to Foyer. */
  abstract readonly heard: readonly ConsumedEvent[];
}

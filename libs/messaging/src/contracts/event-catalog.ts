import type { ConsumedEvent, EventContract } from '#kernel';

/** What all modules announce: handed in by whoever composes them. */
export abstract class EventCatalog {
  abstract readonly contracts: readonly EventContract[];
  /** What others may tell us. */
  abstract readonly heard: readonly ConsumedEvent[];
}

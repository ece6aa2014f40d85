/** Takes what is personal out of events that are kept. */
export abstract class EventErasure {
  /**
   * Of one aggregate: what every publisher has taken is gone; of what one has still to take these members of the data become
   * null. What left already is with those who took it. In the caller's unit of work.
   */
  abstract erase(aggregateType: string, aggregateId: string, members: readonly string[]): Promise<void>;
}

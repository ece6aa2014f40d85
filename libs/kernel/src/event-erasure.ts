/** Removes personal data from stored events. */
export abstract class EventErasure {
  /**
   * Deletes the events of an aggregate that every publisher has sent. In events that a publisher has yet to send, sets these
   * members of the data to null. Events already sent are not recalled. Runs in the caller's unit of work.
   */
  abstract erase(aggregateType: string, aggregateId: string, members: readonly string[]): Promise<void>;
}

import { IntegrationEvent } from './integration-event.js';
import type { Shape } from './shape.js';

/** What an event promises to those who hear it. */
export interface EventContract<Data extends object = object> {
  /** `<subject>.<past tense>.v<n>` */
  readonly type: string;
  /** `/foyer/<module>` */
  readonly source: string;
  /** Whose events are counted by `sequence` and come in order: the kind of thing that `subject` is the id of. */
  readonly aggregateType: string;
  /** A sentence or two for those who hear it. */
  readonly description: string;
  readonly data: Shape<Data>;
  /** What is told instead with `EVENT_PERSONAL_DATA=omit`, where `data` is personal. */
  readonly sparse?: Shape<object>;
}

/** What others may tell us, and how. */
export interface ConsumedEvent {
  readonly type: string;
  readonly description: string;
  readonly data: Shape<object>;
  /** Data that fit. */
  readonly sample: object;
}

/** A class of events, which knows its contract. */
export interface EventClass {
  readonly name: string;
  readonly contract: EventContract;
}

/**
 * Makes a class of events from its contract, so that type, schema and documentation say the same:
 * `class PasswordChangedV1 extends eventOf({ type: 'auth.password_changed.v1', … }) {}`
 */
export function eventOf<Data extends object>(contract: EventContract<Data>) {
  return class extends IntegrationEvent<Data> {
    static readonly contract: EventContract<Data> = contract;
    readonly type: string = contract.type;
    readonly source: string = contract.source;
    readonly aggregateType: string = contract.aggregateType;
  };
}

import { IntegrationEvent } from './integration-event.js';
import type { Shape } from './shape.js';

/** The contract between the publisher of an event and its consumers. */
export interface EventContract<Data extends object = object> {
  /** `<subject>.<past tense>.v<n>` */
  readonly type: string;
  /** `/foyer/<module>` */
  readonly source: string;
  /** The type of the aggregate named by `subject`. `sequence` orders the events of one aggregate. */
  readonly aggregateType: string;
  /** One or two sentences for consumers. */
  readonly description: string;
  readonly data: Shape<Data>;
  /** Published instead of personal `data` with `EVENT_PERSONAL_DATA=omit`. */
  readonly sparse?: Shape<object>;
}

/** An event that external systems may send to this service. */
export interface ConsumedEvent {
  readonly type: string;
  readonly description: string;
  readonly data: Shape<object>;
  /** Example data that match the schema. */
  readonly sample: object;
}

/** An event class with its contract. */
export interface EventClass {
  readonly name: string;
  readonly contract: EventContract;
}

/**
 * Creates an event class from its contract, so that type, schema and documentation agree:
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

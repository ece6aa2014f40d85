import type { Identifier } from '#kernel';
import type { CustomerView } from './application/views.js';
import type { Newcomer } from './domain/customer.js';

export type { CustomerView, Newcomer };

/** What is known of an identifier, and of an id that it may get. */
export interface Standing {
  /** The customer the identifier belongs to now. */
  readonly holderId: string | null;
  /** Whether the id is, or ever was, a customer's; an id is never handed to another person. */
  readonly idIsUsed: boolean;
  /** The attempt that made the customer of this id. */
  readonly admittedBy: string | null;
}

export interface Appointed {
  readonly customerId: string;
  /** Good for setting a new password only; null for somebody who was a customer before and keeps his own. */
  readonly oneTimePassword: string | null;
}

/** There is no default account: somebody at the machine appoints the first administrator. */
export abstract class Administrators {
  abstract exist(): Promise<boolean>;
  /** @throws InvalidInput for what is no e-mail address, HashingBusy */
  abstract appoint(email: string): Promise<Appointed>;
}

/** What other modules may ask of customers. */
export abstract class CustomerDirectory {
  abstract standing(identifier: Identifier, id: string | null): Promise<Standing>;
  /**
   * Makes the newcomer a customer who may sign in, and announces it. Inside the caller's unit of work.
   * @throws IdentifierTaken when somebody else got the identifier at this instant
   */
  abstract admit(newcomer: Newcomer): Promise<CustomerView>;
  abstract find(id: string): Promise<CustomerView | null>;
}

import type { Page, PageRequest } from '#kernel';

/** A customer as others see it. */
export interface CustomerView {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A CPF, `529.982.247-25`. Whoever answers with it masks it, except for its owner and admins. */
  readonly document: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: 'active' | 'suspended';
  readonly verifiedBy: 'code' | 'event' | 'staff' | 'import';
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

/** Who reads, and from where. */
export interface Reader {
  /** Customer id. */
  readonly by: string | null;
  /** Source prefix. */
  readonly source: string | null;
}

/** Reads customers, for their owner, for staff and for other modules. */
export abstract class CustomerViews {
  abstract findById(id: string): Promise<CustomerView | null>;
}

/** A customer in a list. Deleted ones say so. */
export interface ListedCustomer extends Omit<CustomerView, 'status'> {
  readonly status: CustomerView['status'] | 'deleted';
}

/** Which customers are wanted. What is null does not matter. */
export interface CustomerFilter {
  /** Canonical. */
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  /** One per key of the ring. Only confirmed documents are found. */
  readonly documentHashes: readonly string[] | null;
  /** Null: everybody but the deleted. */
  readonly status: ListedCustomer['status'] | null;
  /** Later than this moment. */
  readonly createdAfter: Date | null;
  /** What the e-mail address, the phone number or the last name begins with, in capitals or small letters. */
  readonly prefix: string | null;
}

/** Finds customers, for staff. In the order of creation. */
export abstract class CustomerLists {
  abstract page(filter: CustomerFilter, wanted: PageRequest): Promise<Page<ListedCustomer>>;
  abstract count(filter: CustomerFilter): Promise<number>;
}

/** How a customer signs in, in the words of who keeps it. */
export abstract class SignInViews {
  abstract of(customerId: string): Promise<object>;
}

/** What was announced of a customer and is still kept, as CloudEvents. */
export abstract class PublishedEventViews {
  /** Read page by page as they are taken. */
  abstract of(customerId: string): AsyncIterable<object>;
}

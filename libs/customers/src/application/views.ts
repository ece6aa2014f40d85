import type { Page, PageRequest } from '#kernel';

/** The public representation of a customer. */
export interface CustomerView {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A CPF, `529.982.247-25`. Responses mask it, except for its owner and administrators. */
  readonly document: string | null;
  readonly market: string;
  readonly locale: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: 'active' | 'suspended';
  readonly verifiedBy: 'code' | 'event' | 'staff' | 'import';
  /** RFC 3339 in UTC with milliseconds. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly version: number;
}

/** Who reads a record, and from where. */
export interface Reader {
  /** Customer id. */
  readonly by: string | null;
  /** Client network prefix. */
  readonly source: string | null;
}

/** Reads customers for their owner, for staff and for other modules. */
export abstract class CustomerViews {
  abstract findById(id: string): Promise<CustomerView | null>;
}

/** A customer in a list, possibly deleted. */
export interface ListedCustomer extends Omit<CustomerView, 'status'> {
  readonly status: CustomerView['status'] | 'deleted';
}

/** Filters of a customer list. Null disables a filter. */
export interface CustomerFilter {
  /** Canonical. */
  readonly email: string | null;
  /** E.164. */
  readonly phone: string | null;
  /** One per key of the key ring. Matches confirmed documents only. */
  readonly documentHashes: readonly string[] | null;
  /** Null matches all customers that are not deleted. */
  readonly status: ListedCustomer['status'] | null;
  /** Exclusive lower bound. */
  readonly createdAfter: Date | null;
  /** Case-insensitive prefix of the e-mail address, the phone number or the last name. */
  readonly prefix: string | null;
}

/** Lists customers for staff in the order of creation. */
export abstract class CustomerLists {
  abstract page(filter: CustomerFilter, wanted: PageRequest): Promise<Page<ListedCustomer>>;
  abstract count(filter: CustomerFilter): Promise<number>;
}

/** Reads the sign-in data of a customer in the format of the module that stores it. */
export abstract class SignInViews {
  abstract of(customerId: string): Promise<object>;
}

/** Reads the stored published events of a customer as CloudEvents. */
export abstract class PublishedEventViews {
  /** Pages are read on demand. */
  abstract of(customerId: string): AsyncIterable<object>;
}

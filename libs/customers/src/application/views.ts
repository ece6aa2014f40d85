/** A customer as others see it. */
export interface CustomerView {
  readonly id: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  /** A CPF, masked except for its owner and admins. */
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

/** Reads customers, for their owner, for staff and for other modules. */
export abstract class CustomerViews {
  abstract byId(id: string): Promise<CustomerView | null>;
}

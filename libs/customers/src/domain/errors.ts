import { DomainError } from '#kernel';

export class IdentifierTaken extends DomainError {
  readonly code = 'customer.identifier_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This e-mail address or phone number belongs to another customer.');
  }
}

/** Deleted, unknown or malformed: nobody learns which. */
export class CustomerNotFound extends DomainError {
  readonly code = 'customer.not_found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such customer.');
  }
}

/** Somebody else has written since this version was read (RFC 9110, 13.1.1). */
export class CustomerChanged extends DomainError {
  readonly code = 'customer.changed';
  readonly kind = 'precondition';

  constructor() {
    super('The customer was changed since you read this version. Read it again.');
  }
}

export const CUSTOMERS_PROBLEMS: readonly DomainError[] = [
  new IdentifierTaken(),
  new CustomerNotFound(),
  new CustomerChanged(),
];

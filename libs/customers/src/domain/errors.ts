import { DomainError } from '#kernel';

export class IdentifierTaken extends DomainError {
  readonly code = 'customer.identifier_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This e-mail address or phone number belongs to another customer.');
  }
}

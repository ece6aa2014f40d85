import { DomainError } from '#kernel';

/** Too many wrong passwords in a row: nobody is compared for a while, and being refused does not make it longer. */
export class LoginLimited extends DomainError {
  readonly code = 'auth.too_many_attempts';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('There were too many wrong passwords. Please wait before you try again.');
  }
}

export class NoSuchSession extends DomainError {
  readonly code = 'auth.session_not_found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such session.');
  }
}

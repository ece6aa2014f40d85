import { DomainError } from '#kernel';

/** Too many wrong passwords in a row: no password is compared until the wait ends. A rejected try does not extend the wait. */
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

export class PasswordWrong extends DomainError {
  readonly code = 'auth.password_wrong';
  readonly kind = 'malformed';

  constructor() {
    super('The current password is wrong.');
  }
}

export class PasswordChangedMeanwhile extends DomainError {
  readonly code = 'auth.password_changed';
  readonly kind = 'conflict';

  constructor() {
    super('The password was changed by another request at this moment.');
  }
}

export class ResetCodeWrong extends DomainError {
  readonly code = 'auth.code_wrong';
  readonly kind = 'malformed';

  constructor(attemptsRemaining: number) {
    super('This is not the code.');
    this.details = { attemptsRemaining };
  }

  override readonly details: Readonly<Record<string, unknown>>;
}

export class ResetCodeExpired extends DomainError {
  readonly code = 'auth.code_expired';
  readonly kind = 'gone';

  constructor() {
    super('There is no live code. Ask for a new one.');
  }
}

export class ResetInProgress extends DomainError {
  readonly code = 'auth.reset_in_progress';
  readonly kind = 'conflict';

  constructor() {
    super('A new password is being set at this moment.');
  }
}

/** An external identity is linked to one customer at most. */
export class LinkTaken extends DomainError {
  readonly code = 'auth.link_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This identity is linked to somebody else.');
  }
}

export class NoSuchLink extends DomainError {
  readonly code = 'auth.link_not_found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such link.');
  }
}

/** Without an administrator, only an operator on the server could assign the role. */
export class LastAdministrator extends DomainError {
  readonly code = 'auth.last_administrator';
  readonly kind = 'conflict';

  constructor() {
    super('This is the last administrator who can sign in. Give the role to somebody else first.');
  }
}

/** Every problem that this module returns. */
export const AUTH_PROBLEMS: readonly DomainError[] = [
  new LoginLimited(1),
  new NoSuchSession(),
  new PasswordWrong(),
  new PasswordChangedMeanwhile(),
  new ResetCodeWrong(2),
  new ResetCodeExpired(),
  new ResetInProgress(),
  new LinkTaken(),
  new NoSuchLink(),
  new LastAdministrator(),
];

import { DomainError } from '#kernel';

export class CodeExpired extends DomainError {
  readonly code = 'registration.code_expired';
  readonly kind = 'gone';

  constructor() {
    super('The code is no longer valid. Ask for a new one.');
  }
}

export class CodeWrong extends DomainError {
  readonly code = 'registration.code_wrong';
  readonly kind = 'malformed';
  override readonly details: { readonly attemptsRemaining: number };

  constructor(attemptsRemaining: number) {
    super('The code is wrong.');
    this.details = { attemptsRemaining };
  }
}

export class AlreadyActive extends DomainError {
  readonly code = 'registration.already_active';
  readonly kind = 'conflict';

  constructor() {
    super('This registration is complete. Sign in instead.');
  }
}

export class ActivationInProgress extends DomainError {
  readonly code = 'registration.in_progress';
  readonly kind = 'conflict';
  override readonly retryAfter = 2;

  constructor() {
    super('This registration is being completed at this moment.');
  }
}

export class ResendTooEarly extends DomainError {
  readonly code = 'registration.resend_too_early';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('A code was sent a moment ago. Please wait before you ask for another.');
  }
}

export class ChannelUnavailable extends DomainError {
  readonly code = 'registration.channel_unavailable';
  readonly kind = 'invalid';

  constructor(channel: 'email' | 'sms') {
    super(`No message can be sent by ${channel === 'email' ? 'e-mail' : 'SMS'} here.`);
  }
}

/** Only with REGISTRATION_DISCLOSURE=reveal. */
export class IdentifierRegistered extends DomainError {
  readonly code = 'registration.identifier_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This e-mail address or phone number is registered already.');
  }
}

export const REGISTRATION_PROBLEMS: readonly DomainError[] = [
  new CodeExpired(),
  new CodeWrong(2),
  new AlreadyActive(),
  new ActivationInProgress(),
  new ResendTooEarly(60),
  new ChannelUnavailable('sms'),
  new IdentifierRegistered(),
];

import { DomainError } from '#kernel';

export class IdentifierTaken extends DomainError {
  readonly code = 'customer.identifier_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This e-mail address or phone number belongs to another customer.');
  }
}

/** Another customer has confirmed this document. */
export class DocumentTaken extends DomainError {
  readonly code = 'customer.document_taken';
  readonly kind = 'conflict';

  constructor() {
    super('This document was confirmed for another customer.');
  }
}

export class NoDocument extends DomainError {
  readonly code = 'customer.document_missing';
  readonly kind = 'conflict';

  constructor() {
    super('The customer has given no document that could be confirmed.');
  }
}

/** The number on the card differs from the number of the customer. */
export class DocumentDiffers extends DomainError {
  readonly code = 'customer.document_differs';
  readonly kind = 'conflict';

  constructor() {
    super('The customer has given another document than this one.');
  }
}

/** Staff cannot confirm their own document. */
export class OwnDocument extends DomainError {
  readonly code = 'customer.own_document';
  readonly kind = 'forbidden';

  constructor() {
    super('Nobody confirms their own document. Somebody else has to look at it.');
  }
}

/** A change of an identifier or document could be used to take over an administrator account. */
export class AdministratorsOnly extends DomainError {
  readonly code = 'customer.administrators_only';
  readonly kind = 'forbidden';

  constructor() {
    super('Only administrators change the record of an administrator.');
  }
}

/** The same error for a deleted, unknown or malformed id. */
export class CustomerNotFound extends DomainError {
  readonly code = 'customer.not_found';
  readonly kind = 'missing';

  constructor() {
    super('There is no such customer.');
  }
}

/** The record has changed since this version was read (RFC 9110, 13.1.1). */
export class CustomerChanged extends DomainError {
  readonly code = 'customer.changed';
  readonly kind = 'precondition';

  constructor() {
    super('The customer was changed since you read this version. Read it again.');
  }
}

export class ChangeCodeWrong extends DomainError {
  readonly code = 'customer.code_wrong';
  readonly kind = 'malformed';

  constructor(attemptsRemaining: number) {
    super('This is not the code.');
    this.details = { attemptsRemaining };
  }

  override readonly details: Readonly<Record<string, unknown>>;
}

/** No code was requested, it has expired, or all sessions were ended since, for instance by a reset. */
export class ChangeCodeExpired extends DomainError {
  readonly code = 'customer.code_expired';
  readonly kind = 'gone';

  constructor() {
    super('There is no live code. Ask for a new one.');
  }
}

export class ChangeInProgress extends DomainError {
  readonly code = 'customer.change_in_progress';
  readonly kind = 'conflict';

  constructor() {
    super('The identifier is being changed at this moment.');
  }
}

export class TooManyChanges extends DomainError {
  readonly code = 'customer.too_many_changes';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('You have made too many changes. Please wait before you make another.');
  }
}

/** Only one export per customer runs at a time. */
export class ExportInProgress extends DomainError {
  readonly code = 'customer.export_in_progress';
  readonly kind = 'conflict';

  constructor(override readonly retryAfter: number) {
    super('Your data are being exported at this moment. Please wait until that has ended.');
  }
}

export class TooManyExports extends DomainError {
  readonly code = 'customer.too_many_exports';
  readonly kind = 'too_many';

  constructor(override readonly retryAfter: number) {
    super('You have exported your data too often. Please wait before you export them again.');
  }
}

export class ChannelUnavailable extends DomainError {
  readonly code = 'customer.channel_unavailable';
  readonly kind = 'invalid';

  constructor(channel: 'email' | 'sms') {
    super(`No message can be sent by ${channel === 'email' ? 'e-mail' : 'SMS'} here.`);
  }
}

export const CUSTOMERS_PROBLEMS: readonly DomainError[] = [
  new IdentifierTaken(),
  new CustomerNotFound(),
  new CustomerChanged(),
  new DocumentTaken(),
  new NoDocument(),
  new DocumentDiffers(),
  new OwnDocument(),
  new AdministratorsOnly(),
  new ChangeCodeWrong(2),
  new ChangeCodeExpired(),
  new ChangeInProgress(),
  new TooManyChanges(1),
  new ExportInProgress(1),
  new TooManyExports(1),
  new ChannelUnavailable('sms'),
];

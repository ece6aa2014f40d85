import type { AccountChange } from '#auth';
import type { CodeAddress } from '#codes';
import type { OutgoingMessage } from '#notifications';
import type { PendingChange } from '../domain/identifier-change.js';

/** Changes of identifiers that wait for their proof, one per customer at most. */
export abstract class PendingChanges {
  /** Takes the place of any other of this customer. In the caller's unit of work, which is run again when two come at once. */
  abstract put(change: PendingChange): Promise<void>;
  abstract find(customerId: string): Promise<PendingChange | null>;
  /** False when it is not this one any more that is pending. */
  abstract remove(change: Pick<PendingChange, 'id' | 'customerId'>): Promise<boolean>;
}

/** Of an identifier. */
export interface IdentifierNews {
  readonly what: 'asked' | 'changed';
  /** What is to be new, or is. */
  readonly kind: 'email' | 'phone';
}

/** Of a way into the account. */
export interface AccountNews {
  readonly what: AccountChange;
}

/** What the owner of an account is told at each of its identifiers. */
export type Notice = (IdentifierNews | AccountNews) & {
  /** A canonical e-mail address or an E.164 phone number. */
  readonly to: string;
  /** BCP 47 */
  readonly locale: string;
};

/** Keeps a notice in the list of due messages without anybody reading it there. */
export abstract class NoticeSeals {
  abstract seal(notice: Notice, customerId: string): string;
  abstract open(sealed: string, customerId: string): Notice;
}

/** The words of messages about a change. */
export abstract class ChangeMessages {
  /** @param locale BCP 47 */
  abstract code(recipient: string, locale: string, digits: string): OutgoingMessage;
  abstract notice(notice: Notice): OutgoingMessage;
}

/** The settings that a change knows. */
export abstract class ChangeRules {
  /** ISO 3166-1 alpha-2; where SMS go. */
  abstract readonly smsCountries: readonly string[];
  /** Null is no limit. */
  abstract readonly limits: Readonly<Record<'identifierChanges' | 'messageBacklogSeconds', number | null>>;
}

export const CHANGE_CODE_DUE = 'customers.identifier_code';
export const CHANGE_NOTICE_DUE = 'customers.identifier_notice';
export const ACCOUNT_NOTICE_DUE = 'customers.account_notice';

/** Bound to this request: a code for another customer, identifier or request is not good for it. */
export const changeAddressOf = ({ id, identifierHash }: PendingChange): CodeAddress => ({
  identifierHash,
  purpose: 'identifier_change',
  subject: id,
});

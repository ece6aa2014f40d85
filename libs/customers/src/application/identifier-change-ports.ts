import type { AccountChange } from '#auth';
import type { CodeAddress } from '#codes';
import type { OutgoingMessage } from '#notifications';
import type { PendingIdentifierChange } from '../domain/pending-identifier-change.js';

/** Changes of identifiers that wait for their proof, one per customer at most. */
export abstract class PendingIdentifierChanges {
  /** Takes the place of any other of this customer. In the caller's unit of work, which is run again when two come at once. */
  abstract save(change: PendingIdentifierChange): Promise<void>;
  abstract find(customerId: string): Promise<PendingIdentifierChange | null>;
  /** False when it is not this one any more that is pending. */
  abstract remove(change: Pick<PendingIdentifierChange, 'id' | 'customerId'>): Promise<boolean>;
}

/** Of an identifier. */
export interface IdentifierChangeNotice {
  readonly what: 'asked' | 'changed';
  /** What is to be new, or is. */
  readonly kind: 'email' | 'phone';
}

/** Of a way into the account. */
export interface AccountChangeNotice {
  readonly what: AccountChange;
}

/** What the owner of an account is told at each of its identifiers. */
export type Notice = (IdentifierChangeNotice | AccountChangeNotice) & {
  /** A canonical e-mail address or an E.164 phone number. */
  readonly to: string;
  /** BCP 47 */
  readonly locale: string;
};

/** Keeps a notice in the list of due messages without anybody reading it there. */
export abstract class NoticeSealer {
  abstract seal(notice: Notice, customerId: string): string;
  abstract open(sealed: string, customerId: string): Notice;
}

/** The words of messages about a change. */
export abstract class ChangeMessages {
  /** @param locale BCP 47 */
  abstract composeCode(recipient: string, locale: string, digits: string): OutgoingMessage;
  abstract composeNotice(notice: Notice): OutgoingMessage;
}

/** The settings that a change knows. */
export abstract class IdentifierChangeSettings {
  /** ISO 3166-1 alpha-2; where SMS go. */
  abstract readonly smsCountries: readonly string[];
  /** Null is no limit. */
  abstract readonly limits: Readonly<Record<'identifierChanges' | 'messageBacklogSeconds', number | null>>;
}

export const SEND_IDENTIFIER_CHANGE_CODE = 'customers.identifier_code';
export const SEND_IDENTIFIER_CHANGE_NOTICE = 'customers.identifier_notice';
export const SEND_ACCOUNT_NOTICE = 'customers.account_notice';

/** Bound to this request: a code for another customer, identifier or request is not good for it. */
export const changeCodeAddressOf = ({ id, identifierHash }: PendingIdentifierChange): CodeAddress => ({
  identifierHash,
  purpose: 'identifier_change',
  subject: id,
});

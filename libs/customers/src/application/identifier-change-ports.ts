import type { AccountChange } from '#auth';
import type { CodeAddress } from '#codes';
import type { OutgoingMessage } from '#notifications';
import type { PendingIdentifierChange } from '../domain/pending-identifier-change.js';

/** Stores unconfirmed identifier changes, at most one per customer. */
export abstract class PendingIdentifierChanges {
  /** Replaces any other change of this customer. Joins the caller's unit of work, which is retried on a conflict. */
  abstract save(change: PendingIdentifierChange): Promise<void>;
  abstract find(customerId: string): Promise<PendingIdentifierChange | null>;
  /** Returns false when this change is no longer pending. */
  abstract remove(change: Pick<PendingIdentifierChange, 'id' | 'customerId'>): Promise<boolean>;
}

/** A notice about a change of an identifier. */
export interface IdentifierChangeNotice {
  readonly what: 'asked' | 'changed';
  /** The kind of the new identifier. */
  readonly kind: 'email' | 'phone';
}

/** A notice about a change of how a customer signs in. */
export interface AccountChangeNotice {
  readonly what: AccountChange;
}

/** A notice to the owner of an account, sent to each of its identifiers. */
export type Notice = (IdentifierChangeNotice | AccountChangeNotice) & {
  /** A canonical e-mail address or an E.164 phone number. */
  readonly to: string;
  /** BCP 47 */
  readonly locale: string;
};

/** Encrypts notices for the job queue. */
export abstract class NoticeSealer {
  abstract seal(notice: Notice, customerId: string): string;
  abstract open(sealed: string, customerId: string): Notice;
}

/** Composes the messages about a change. */
export abstract class ChangeMessages {
  /** @param locale BCP 47 */
  abstract composeCode(recipient: string, locale: string, digits: string): OutgoingMessage;
  abstract composeNotice(notice: Notice): OutgoingMessage;
}

/** The settings of identifier changes. */
export abstract class IdentifierChangeSettings {
  /** Countries that receive SMS, as ISO 3166-1 alpha-2. */
  abstract readonly smsCountries: readonly string[];
  /** Null disables a limit. */
  abstract readonly limits: Readonly<Record<'identifierChanges' | 'messageBacklogSeconds', number | null>>;
}

export const SEND_IDENTIFIER_CHANGE_CODE = 'customers.identifier_code';
export const SEND_IDENTIFIER_CHANGE_NOTICE = 'customers.identifier_notice';
export const SEND_ACCOUNT_NOTICE = 'customers.account_notice';

/** Binds a code to this request: a code for another customer, identifier or request is not valid for it. */
export const changeCodeAddressOf = ({ id, identifierHash }: PendingIdentifierChange): CodeAddress => ({
  identifierHash,
  purpose: 'identifier_change',
  subject: id,
});

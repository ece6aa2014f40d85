import type { Identifier } from '#kernel';

/** A new e-mail address or phone number that its customer has not proven yet. */
export interface PendingIdentifierChange {
  /** Names this request: a code of an earlier one is not good for it. */
  readonly id: string;
  readonly customerId: string;
  readonly identifier: Identifier;
  /** As it was hashed when it was asked for. */
  readonly identifierHash: string;
  /** Of the customer's sessions when the password was given. Once they have all ended, nobody can say who asked. */
  readonly generation: number;
}

/** Digits: the code is worth an account, as that of a reset is. */
export const IDENTIFIER_CHANGE_CODE_DIGITS = 8;

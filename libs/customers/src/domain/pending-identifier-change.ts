import type { Identifier } from '#kernel';

/** A new e-mail address or phone number that the customer has not confirmed yet. */
export interface PendingIdentifierChange {
  /** Identifies this request. A code of an earlier request is not valid for it. */
  readonly id: string;
  readonly customerId: string;
  readonly identifier: Identifier;
  /** The hash at the time of the request. */
  readonly identifierHash: string;
  /** The session generation at the time of the request. The change is void once all sessions have ended. */
  readonly generation: number;
}

/** Longer than a registration code, because the code can take over an account like a reset code. */
export const IDENTIFIER_CHANGE_CODE_DIGITS = 8;

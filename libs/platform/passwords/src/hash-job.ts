/**
 * What a hash thread is asked, with a pre-hash of 64 ASCII characters in place of the password. The hash of another system was
 * made without one.
 */
export type HashJob =
  | { readonly op: 'hash'; readonly preHash: string; readonly cost: number }
  | { readonly op: 'verify'; readonly preHash: string; readonly hash: string }
  | { readonly op: 'verify_foreign'; readonly password: string; readonly hash: string };

/** The hash, or whether it matched, and the milliseconds it took. */
export interface HashResult {
  readonly value: string | boolean;
  readonly ms: number;
}

export type HashWorkerReply = HashResult | { readonly error: string };

/**
 * A job for a hash thread, with a pre-hash of 64 ASCII characters instead of the password. A legacy hash of another system is
 * compared without a pre-hash.
 */
export type HashJob =
  | { readonly op: 'hash'; readonly preHash: string; readonly cost: number }
  | { readonly op: 'verify'; readonly preHash: string; readonly hash: string }
  | { readonly op: 'verify_foreign'; readonly password: string; readonly hash: string };

/** The hash, or whether it matched, and the duration in milliseconds. */
export interface HashResult {
  readonly value: string | boolean;
  readonly ms: number;
}

export type HashWorkerReply = HashResult | { readonly error: string };

/** What is known of a key: nothing yet, still running, or done. */
export type IdempotencyState =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  /** The key was used for another request. */
  | { readonly state: 'different' }
  | { readonly state: 'done'; readonly answer: string };

/**
 * Answers by Idempotency-Key, for as long as what they made. A request that never ends lets go of its key after a while.
 * @throws Unavailable when the store is away
 */
export abstract class IdempotencyStore {
  /** @param fingerprint of the request, so that nothing of it is kept */
  abstract begin(key: string, fingerprint: string, holdMs: number): Promise<IdempotencyState>;
  abstract finish(key: string, fingerprint: string, answer: string, lifeMs: number): Promise<void>;
  abstract forget(key: string): Promise<void>;
}

/** State of a key: new, running or done. */
export type IdempotencyState =
  | { readonly state: 'new' }
  | { readonly state: 'running' }
  /** The key was used for another request. */
  | { readonly state: 'different' }
  | { readonly state: 'done'; readonly answer: string };

/**
 * Stores responses by Idempotency-Key, for as long as the created resource lives. A request that never ends releases its key
 * after a while.
 * @throws Unavailable when the store is unavailable
 */
export abstract class IdempotencyStore {
  /** @param fingerprint of the request, so that the request itself is not stored */
  abstract begin(key: string, fingerprint: string, holdMs: number): Promise<IdempotencyState>;
  abstract finish(key: string, fingerprint: string, answer: string, lifeMs: number): Promise<void>;
  abstract forget(key: string): Promise<void>;
}

/**
 * A message that will not be any better the next time.
 * @param reason a stable word
 * @param detail where the fault is, never what was found there
 */
export class PoisonMessageError extends Error {
  constructor(
    readonly reason: 'too_large' | 'not_json' | 'wrong_schema' | 'unknown_type',
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

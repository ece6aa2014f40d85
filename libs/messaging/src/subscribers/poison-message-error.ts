/**
 * A message that no retry can handle.
 * @param reason a stable code
 * @param detail the location of the fault, never the value found there
 */
export class PoisonMessageError extends Error {
  constructor(
    readonly reason: 'too_large' | 'not_json' | 'wrong_schema' | 'unknown_type',
    readonly detail: string,
  ) {
    super(`${reason}: ${detail}`);
  }
}

import { setTimeout } from 'node:timers/promises';

/**
 * Resolves with the result of `work` after the given minimum in milliseconds, so that callers cannot measure small timing
 * differences (OWASP ASVS 6.3.8). A failure rejects at once.
 */
export async function withMinimumDuration<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), setTimeout(milliseconds)]);
  return result;
}

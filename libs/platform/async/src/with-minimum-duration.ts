import { setTimeout } from 'node:timers/promises';

/**
 * What came of `work`, not before so many milliseconds: small differences of what was to be done cannot be measured from
 * outside (OWASP ASVS 6.3.8). A failure is told at once.
 */
export async function withMinimumDuration<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  const [result] = await Promise.all([work(), setTimeout(milliseconds)]);
  return result;
}

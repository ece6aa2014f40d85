import { expect } from 'vitest';
import { send } from '../support/http-message.js';
import type { ClientReply } from './recording-client.js';

/** The answer to every fault of ours: 503, and when to come again. */
export function expectUnavailable(seen: ClientReply, withinMs = 10_500): void {
  expect([seen.status, (seen.retryAfter ?? 0) > 0], seen.text).toEqual([503, true]);
  expect(seen.ms).toBeLessThan(withinMs);
}

/** Ready again, and without a restart. */
export async function expectReady(base: string, withinMs = 5_000): Promise<void> {
  const status = async () => (await send(`${base}/health/ready`, 'GET', { timeoutMs: 5_000 })).status;
  await expect.poll(status, { timeout: withinMs, interval: 50 }).toBe(200);
}

/** While `work` goes on, the process answers what needs no dependency: its event loop is free. */
export async function expectResponsiveDuring<T>(base: string, work: Promise<T>, withinMs = 500): Promise<T> {
  let running = true;
  const done = work.finally(() => {
    running = false;
  });
  while (running) {
    const start = performance.now();
    expect((await send(`${base}/health/live`, 'GET', { timeoutMs: 5_000 })).status).toBe(200);
    expect(performance.now() - start).toBeLessThan(withinMs);
    await Promise.race([done.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  return done;
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Calls per second whatever comes of them (open loop), until `until` is settled. Returns what came of each call. */
export async function runConstantLoad(
  perSecond: number,
  until: Promise<unknown>,
  call: (n: number) => Promise<string>,
): Promise<string[]> {
  let over = false;
  const ended = until.finally(() => {
    over = true;
  });
  const outcomes: Promise<string>[] = [];
  for (const begun = performance.now(); !over; await sleep(5)) {
    const due = ((performance.now() - begun) / 1_000) * perSecond;
    while (outcomes.length < due) outcomes.push(call(outcomes.length).catch(String));
  }
  await ended;
  return Promise.all(outcomes);
}

/** How often each came. */
export const countValues = (outcomes: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
};

import os from 'node:os';
import { spread } from './figures.mjs';

/**
 * Measures contenders in turn, each afresh in every round: what the machine does meanwhile hits all of them alike.
 * The first contender is ours. A contender's `open()` gives `run(seconds, recorded)` and `close()`.
 */
export async function inTurn(contenders, { rounds, seconds, warmup }, tell) {
  const samples = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const { name, open } of contenders) {
      tell(`round ${round}/${rounds}: ${name}`);
      const opened = await open({ seconds, warmup });
      try {
        const sample = await opened.measure({ seconds, warmup });
        samples[name].push({ ...sample, load: os.loadavg()[0] });
      } finally {
        await opened.close();
      }
    }
  }
  return samples;
}

/** Ours over the other's, round by round. */
export function ratios(samples, ours, other) {
  return spread(samples[ours].map(({ rate }, round) => rate / samples[other][round].rate));
}

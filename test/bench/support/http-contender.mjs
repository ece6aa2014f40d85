import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOf, cpuOfFamily, ownCpu } from './cpu.mjs';
import { percentile } from './figures.mjs';
import { startLoad } from './load.mjs';

/**
 * Drives a server for the warm-up and the measured seconds. Processor time is per counted operation, in microseconds.
 * @param count reads a counter of what is measured; without it, answers are counted
 */
export async function driveHttp(target, { seconds, warmup }) {
  const { port, pid, databasePid, connections, next, answered, count } = target;
  const load = startLoad({ port, connections, next, answered });
  const paused = (s) => Promise.race([sleep(s * 1000), load.all]);
  await paused(warmup);
  const clock = () => ({ server: cpuOf(pid), database: cpuOfFamily(databasePid), client: ownCpu() });
  const [before, counted, start] = [clock(), await count?.(), performance.now()];
  load.record(true);
  await paused(seconds);
  load.record(false);
  const [after, elapsed] = [clock(), (performance.now() - start) / 1000];
  const done = count ? (await count()) - counted : load.seen.count;
  await load.stop();
  const micros = (who) => ((after[who] - before[who]) / done) * 1e6;
  return {
    rate: done / elapsed,
    answered: load.seen.count / elapsed,
    cpu: { server: micros('server'), database: micros('database'), client: micros('client') },
    busy: { server: (after.server - before.server) / elapsed, client: (after.client - before.client) / elapsed },
    p50: percentile(load.seen.latencies, 0.5),
    p99: percentile(load.seen.latencies, 0.99),
    refused: load.seen.refused,
  };
}

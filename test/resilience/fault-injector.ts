import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultyDeployment } from './faulty-deployment.js';
import { pickRandom, type RandomSource, randomIntBetween } from './seeded-random.js';

type Fault = (deployment: FaultyDeployment, random: RandomSource) => void | Promise<void>;
const DEPENDENCIES = ['database', 'redis'] as const;

const FAULTS: Readonly<Record<string, Fault>> = {
  refuse: ({ proxies }, random) => proxies[pickRandom(random, DEPENDENCIES)].refuse(),
  reset: ({ proxies }, random) => proxies[pickRandom(random, DEPENDENCIES)].reset(),
  blackhole: ({ proxies }, random) =>
    proxies[pickRandom(random, DEPENDENCIES)].blackhole(pickRandom(random, ['both', 'up', 'down'] as const)),
  delay: ({ proxies }, random) => proxies[pickRandom(random, DEPENDENCIES)].delay(randomIntBetween(random, 20, 150)),
  'lost commit': ({ proxies }) => void proxies.database.cutAfter(/^Query COMMIT/),
  'cut in flight': ({ proxies }, random) => void proxies.database.cutBefore(randomIntBetween(random, 1, 60)),
  'lost reply': ({ proxies }, random) => void proxies.redis.cutAfter(/^EVALSHA/, randomIntBetween(random, 1, 10)),
  'no mail': ({ proxies }) => proxies.mail.refuse(),
  crash: async ({ programs }, random) => {
    const program = pickRandom(random, programs);
    await program.kill();
    program.startWithoutWaiting();
  },
  freeze: async ({ programs }, random) => {
    const { pid } = pickRandom(random, programs);
    process.kill(pid, 'SIGSTOP');
    await sleep(randomIntBetween(random, 100, 1_500));
    process.kill(pid, 'SIGCONT');
  },
};

/** Does harm, heals, does harm again, until the time is over. Returns what it did, in order. */
export async function injectRandomFaults(
  deployment: FaultyDeployment,
  random: RandomSource,
  until: number,
): Promise<string[]> {
  const done: string[] = [];
  while (performance.now() < until) {
    const name = pickRandom(random, Object.keys(FAULTS));
    done.push(name);
    await FAULTS[name]?.(deployment, random);
    await sleep(randomIntBetween(random, 100, 1_200));
    for (const proxy of Object.values(deployment.proxies)) proxy.restore();
    await sleep(randomIntBetween(random, 100, 700));
  }
  return done;
}

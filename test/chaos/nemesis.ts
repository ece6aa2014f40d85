import { setTimeout as sleep } from 'node:timers/promises';
import type { ChaosHouse } from './chaos-house.js';
import { between, pick, type Random } from './random.js';

type Mischief = (house: ChaosHouse, random: Random) => void | Promise<void>;
const DEPENDENCIES = ['database', 'redis'] as const;

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  refuse: ({ faults }, random) => faults[pick(random, DEPENDENCIES)].refuse(),
  reset: ({ faults }, random) => faults[pick(random, DEPENDENCIES)].reset(),
  blackhole: ({ faults }, random) =>
    faults[pick(random, DEPENDENCIES)].blackhole(pick(random, ['both', 'up', 'down'] as const)),
  delay: ({ faults }, random) => faults[pick(random, DEPENDENCIES)].delay(between(random, 20, 150)),
  'lost commit': ({ faults }) => void faults.database.cutAfter(/^Query COMMIT/),
  'cut in flight': ({ faults }, random) => void faults.database.cutBefore(between(random, 1, 60)),
  'lost reply': ({ faults }, random) => void faults.redis.cutAfter(/^EVALSHA/, between(random, 1, 10)),
  'no mail': ({ faults }) => faults.mail.refuse(),
  crash: async ({ programs }, random) => {
    const program = pick(random, programs);
    await program.kill();
    program.launch();
  },
  freeze: async ({ programs }, random) => {
    const { pid } = pick(random, programs);
    process.kill(pid, 'SIGSTOP');
    await sleep(between(random, 100, 1_500));
    process.kill(pid, 'SIGCONT');
  },
};

/** Does harm, heals, does harm again, until the time is over. Returns what it did, in order. */
export async function rage(house: ChaosHouse, random: Random, until: number): Promise<string[]> {
  const done: string[] = [];
  while (performance.now() < until) {
    const name = pick(random, Object.keys(MISCHIEF));
    done.push(name);
    await MISCHIEF[name]?.(house, random);
    await sleep(between(random, 100, 1_200));
    for (const proxy of Object.values(house.faults)) proxy.pass();
    await sleep(between(random, 100, 700));
  }
  return done;
}

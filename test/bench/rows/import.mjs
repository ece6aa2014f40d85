import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startNode } from '../support/children.mjs';
import { cpuOf, residentMiB } from '../support/cpu.mjs';
import { ROOT, temporaryFolder } from '../support/folders.mjs';

const SCRIPT = path.join(ROOT, 'dist/apps/server/src/import.js');
const LINES = 200_000;
const SAMPLE_MS = 100;

const lineOf = (n) => ({
  ...{
    externalId: `customer ${n}`,
    email: `person${n}@example${n % 100}.org`,
    firstName: 'Ada',
    lastName: `Lovelace ${n}`,
  },
  ...{ market: 'BR', locale: 'pt-BR', attributes: { points: n % 1_000 }, createdAt: '2020-01-01T00:00:00Z' },
});

async function written(file, lines) {
  const out = createWriteStream(file);
  for (let n = 0; n < lines; n++) if (!out.write(`${JSON.stringify(lineOf(n))}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  return file;
}

/** The import by itself, on the embedded default, from its first line on. */
async function imported(home, file) {
  const env = { DATA_DIR: path.join(home.folder, 'data'), BCRYPT_COST: '4' };
  const child = startNode(SCRIPT, {
    args: [file],
    cwd: home.folder,
    env,
    nodeArgs: ['--enable-source-maps'],
    tells: true,
  });
  const samples = [];
  const ended = once(child, 'exit');
  let over = false;
  ended.then(() => {
    over = true;
  });
  let cpu = 0;
  while (!over) {
    try {
      samples.push(residentMiB(child.pid));
      cpu = cpuOf(child.pid);
    } catch {
      // It has ended.
    }
    await sleep(SAMPLE_MS);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`the import ended with ${code}: ${child.errors}`);
  return { rate: Number(/ s, (\d+) lines\/s/.exec(child.told)?.[1]), samples: samples.filter(Number.isFinite), cpu };
}

export const importing = {
  key: 'import',
  title: `make import of ${LINES} customers with an event each, on an empty database`,
  figures: [
    { name: 'rate', title: 'customers/s', atLeast: 10_000 },
    { name: 'growth', title: 'most memory in the second half ÷ in the first', atMost: 1.2 },
    { name: 'memory', title: 'most memory, MiB' },
    { name: 'cpu', title: 'CPU of the import, µs a line, its start included' },
  ],
  measure: async ({ rounds }, tell) => {
    const values = { rate: [], growth: [], memory: [], cpu: [] };
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round}/${rounds}`);
      const home = temporaryFolder();
      try {
        await imported(home, await written(path.join(home.folder, 'one.ndjson'), 1));
        const { rate, samples, cpu } = await imported(home, await written(path.join(home.folder, 'all.ndjson'), LINES));
        const half = samples.length >> 1;
        values.rate.push(rate);
        values.growth.push(Math.max(...samples.slice(half)) / Math.max(...samples.slice(0, half)));
        values.memory.push(Math.max(...samples));
        values.cpu.push((cpu / LINES) * 1e6);
      } finally {
        home.remove();
      }
    }
    return values;
  },
};

import { setTimeout as sleep } from 'node:timers/promises';
import { residentMiB } from '../support/cpu.mjs';
import { startProgram } from '../support/program.mjs';

/** What one process costs, and how long it takes to be there. `measure` gives one value per try. */
const start = {
  key: 'start',
  title: 'spawn to first 200 of /health/ready, existing data, s',
  target: { atMost: 2 },
  measure: async ({ starts }, tell) => {
    const first = await startProgram();
    await first.end();
    const seconds = [];
    for (let n = 1; n <= starts; n++) {
      tell(`start ${n}/${starts}`);
      const program = await startProgram({}, first.home);
      seconds.push(program.readyMs / 1000);
      await program.end();
    }
    first.home.remove();
    return seconds;
  },
};

const firstStart = {
  key: 'first-start',
  title: 'the same on an empty data folder, s',
  target: {},
  measure: async ({ rounds }, tell) => {
    const seconds = [];
    for (let n = 1; n <= rounds; n++) {
      tell(`start ${n}/${rounds}`);
      const program = await startProgram();
      seconds.push(program.readyMs / 1000);
      await program.dispose();
    }
    return seconds;
  },
};

const memory = {
  key: 'memory',
  title: 'resident memory of the idle Node process, MiB',
  target: { atMost: 150 },
  measure: async ({ idle }, tell) => {
    const program = await startProgram();
    try {
      tell(`${idle} s without a request`);
      await sleep(idle * 1000);
      return [residentMiB(program.pid)];
    } finally {
      await program.dispose();
    }
  },
};

export const processes = [start, firstStart, memory];

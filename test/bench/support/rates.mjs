import { driveHttp } from './http-contender.mjs';

/** What `rates` measures; `what` is counted, and every answer but `status` refused. */
export const rateFigures = ({ what, status, atLeast }) => [
  { name: 'rate', title: `${what}, /s`, atLeast },
  { name: 'p99', title: 'p99, ms' },
  { name: 'server', title: 'CPU of the program, µs' },
  { name: 'database', title: 'CPU of the database, µs' },
  { name: 'refused', title: `not answered with ${status}`, atMost: 1 },
];

/** A closed loop, so many rounds, each with its warm-up. */
export async function rates(target, { rounds, seconds, warmup, connections }, tell) {
  const values = { rate: [], p99: [], server: [], database: [], refused: [] };
  for (let round = 1; round <= rounds; round++) {
    tell(`round ${round}/${rounds}`);
    const { rate, p99, cpu, refused } = await driveHttp({ ...target, connections }, { seconds, warmup });
    values.rate.push(rate);
    values.p99.push(p99);
    values.server.push(cpu.server);
    values.database.push(cpu.database);
    values.refused.push(Object.values(refused).reduce((sum, times) => sum + times, 0));
  }
  return values;
}

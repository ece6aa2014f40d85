import { percentile } from '../support/figures.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { request } from '../support/load.mjs';
import { openLoop, startOpenLoop } from '../support/open-loop.mjs';
import { logins, oneCustomer } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';

const SHARE = 0.2;
/** Times what can be hashed: the queue is always full, and the others are refused. */
const TIMES = 3;
/** Enough for hashing to be the limit. */
const LOGINS = 6;

const p99 = (answers) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );

export const reads = {
  key: 'reads',
  title: 'GET /v1/customers/me at 20 % of capacity while logins saturate hashing',
  figures: [
    { name: 'ratio', title: 'p99 ÷ p99 without them', atMost: 2 },
    { name: 'alone', title: 'p99 without, ms' },
    { name: 'hashing', title: 'p99 with, ms' },
    { name: 'rate', title: 'reads, /s' },
    { name: 'failed', title: 'reads not answered with 200', atMost: 1 },
  ],
  measure: async ({ rounds, seconds, warmup, connections }, tell) => {
    const program = await startProgram();
    const values = { ratio: [], alone: [], hashing: [], rate: [], failed: [] };
    try {
      const { token } = await oneCustomer(program);
      const me = request('GET', '/v1/customers/me', { headers: { authorization: `Bearer ${token}` } });
      const login = await logins(LOGINS, program);
      const target = { ...program, next: () => me };
      tell('capacity');
      const { rate: capacity } = await driveHttp({ ...target, connections }, { seconds, warmup });
      const rate = SHARE * capacity;
      const logIn = { ...program, next: login };
      const { rate: hashed } = await driveHttp({ ...logIn, connections: LOGINS }, { seconds, warmup });
      for (let round = 1; round <= rounds; round++) {
        tell(`round ${round}/${rounds}: ${rate.toFixed(0)} reads/s, ${(TIMES * hashed).toFixed(1)} logins/s`);
        const alone = await openLoop({ ...target, rate }, seconds);
        const flood = startOpenLoop({ ...logIn, rate: TIMES * hashed });
        const hashing = await openLoop({ ...target, rate }, seconds);
        await flood.stop();
        values.alone.push(p99(alone));
        values.hashing.push(p99(hashing));
        values.ratio.push(p99(hashing) / p99(alone));
        values.rate.push(rate);
        values.failed.push([...alone, ...hashing].filter(({ status }) => status !== 200).length);
      }
      return values;
    } finally {
      await program.dispose();
    }
  },
};

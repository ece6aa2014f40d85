import { HashPool } from '../../../dist/libs/platform/passwords/src/hash-pool.js';

const TICKET = { priority: 'activation', source: null, customerId: null };

/** The program's own pool of one thread, kept busy by three callers. */
process.on('message', async ({ cost, seconds }) => {
  const pool = new HashPool({ cost, threads: 1 });
  const job = { op: 'hash', preHash: 'x'.repeat(64), cost };
  await pool.run(job, TICKET);
  const [before, started] = [process.cpuUsage(), performance.now()];
  const end = started + seconds * 1000;
  let count = 0;
  const caller = async () => {
    for (; performance.now() < end; count++) await pool.run(job, TICKET);
  };
  await Promise.all(Array.from({ length: 3 }, caller));
  const { user, system } = process.cpuUsage(before);
  const rate = count / ((performance.now() - started) / 1000);
  pool.close();
  process.send({ rate, micros: (user + system) / count });
});
process.on('disconnect', () => process.exit());
process.send({});

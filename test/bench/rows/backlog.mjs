import { setTimeout as sleep } from 'node:timers/promises';
import { connectTo } from '../support/embedded.mjs';
import { percentile } from '../support/figures.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { request } from '../support/load.mjs';
import { openLoop, startOpenLoop } from '../support/open-loop.mjs';
import { newcomer, oneCustomer, registrationOf } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { freshVhost } from '../support/rabbitmq.mjs';

const BACKLOG = Number(process.env.BENCH_BACKLOG ?? 50_000);
const WAIT_MS = 600_000;
/** Of the reads that the program can answer at most, and of what is asked for: the others are registrations. */
const SHARE = 0.2;
const READS = 0.9;

/** As a broker that was away leaves it: events of 500 bytes, in turn of so many aggregates. */
const EVENTS = `insert into outbox (event_id, aggregate_type, aggregate_id, sequence, type, payload, occurred_at)
  select gen_random_uuid(), 'bench', md5('aggregate ' || n % $2)::uuid, n / $2 + 1, 'bench.happened.v1',
    json_build_object('specversion', '1.0', 'subject', md5('aggregate ' || n % $2)::uuid, 'data', repeat('x', 400))::text, now()
  from generate_series(0, $1::int - 1) n`;
const DELIVERIES = `insert into outbox_deliveries (publisher, event_id, aggregate_type, aggregate_id, sequence)
  select 'rabbitmq', event_id, aggregate_type, aggregate_id, sequence from outbox where aggregate_type = 'bench'
  order by sequence`;
const LEFT = "select 1 from outbox_deliveries where aggregate_type = 'bench' limit 1";

/** Commits the backlog and waits until all of it is sent. @returns how many a second */
async function drain(client, aggregates) {
  await client.query("delete from outbox where aggregate_type = 'bench'");
  await client.query('begin');
  await client.query(EVENTS, [BACKLOG, aggregates]);
  await client.query(DELIVERIES);
  return async () => {
    const begun = performance.now();
    await client.query('commit');
    while ((await client.query(LEFT)).rows.length > 0) {
      await sleep(50);
      if (performance.now() - begun > WAIT_MS) throw new Error('the backlog is still there after ten minutes');
    }
    return (BACKLOG / (performance.now() - begun)) * 1_000;
  };
}

const p99 = (answers) =>
  percentile(
    answers.map(({ ms }) => ms),
    0.99,
  );
const failedOf = (answers) => answers.filter(({ status }) => status !== 200 && status !== 201).length;

const row = (key, aggregates) => ({
  key,
  title: `the API while a backlog of ${BACKLOG} over ${aggregates} aggregates drains (LD-09)`,
  figures: [
    { name: 'ratio', title: 'p99 ÷ p99 without it', atMost: 2 },
    { name: 'alone', title: 'p99 without, ms' },
    { name: 'draining', title: 'p99 with, ms' },
    { name: 'drained', title: 'events/s meanwhile', atLeast: 500 },
    { name: 'rate', title: 'requests, /s' },
    { name: 'failed', title: 'requests that failed', atMost: 1 },
  ],
  measure: async ({ rounds, seconds, warmup, connections }, tell) => {
    const vhost = await freshVhost();
    const program = await startProgram({ RABBITMQ_URL: vhost.url });
    const { client, close } = await connectTo(program);
    const values = { ratio: [], alone: [], draining: [], drained: [], rate: [], failed: [] };
    try {
      const { token } = await oneCustomer(program);
      const me = request('GET', '/v1/customers/me', { headers: { authorization: `Bearer ${token}` } });
      tell('capacity');
      const { rate: capacity } = await driveHttp({ ...program, next: () => me, connections }, { seconds, warmup });
      const rate = SHARE * capacity;
      const next = () => (Math.random() < READS ? me : registrationOf(newcomer()));
      const asked = { ...program, rate, next };
      await openLoop(asked, warmup);
      for (let round = 1; round <= rounds; round++) {
        tell(`round ${round}/${rounds}: ${rate.toFixed(0)} requests/s`);
        const alone = await openLoop(asked, seconds);
        const go = await drain(client, aggregates);
        const loop = startOpenLoop(asked);
        const drained = await go();
        const draining = await loop.stop();
        values.alone.push(p99(alone));
        values.draining.push(p99(draining));
        values.ratio.push(p99(draining) / p99(alone));
        values.drained.push(drained);
        values.rate.push(rate);
        values.failed.push(failedOf([...alone, ...draining]));
      }
      return values;
    } finally {
      await close();
      await program.dispose();
      await vhost.drop();
    }
  },
});

export const backlogs = [row('backlog-few-api', 20), row('backlog-many-api', BACKLOG)];

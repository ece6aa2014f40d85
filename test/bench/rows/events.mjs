import { startBare } from '../support/bare-server.mjs';
import { freshVhost } from '../support/rabbitmq.mjs';

const WAIT_MS = 600_000;
const BACKLOG = 50_000;
/** So many unconfirmed at a time, on both sides; as many events as are measured in one batch. */
const WINDOW = 100;
const EVENTS = 20_000;

const maria = process.env.BENCH_MARIADB_URL;
const environment = (vhost, on) => ({ RABBITMQ_URL: vhost.url, ...(on === 'maria' ? { DATABASE_URL: maria } : {}) });

/** A child with a broker of its own for each measurement. */
async function asked(script, question, on) {
  const vhost = await freshVhost();
  const child = await startBare(script, environment(vhost, on));
  try {
    return await child.ask(question, WAIT_MS);
  } finally {
    await child.close();
    await vhost.drop();
  }
}

const contender = (name, script, question) => ({
  name,
  open: async () => ({
    measure: async () => {
      const { rate, micros } = await asked(script, question);
      return { rate, cpu: { server: micros, database: 0, client: 0 }, refused: {} };
    },
    close: async () => undefined,
  }),
});

const backlog = (key, aggregates, on) => ({
  key,
  title: `backlog of ${BACKLOG} over ${aggregates} aggregates${on === 'maria' ? ', MariaDB' : ''} (LD-09)`,
  figures: [
    { name: 'rate', title: 'events/s', atLeast: 500 },
    { name: 'disordered', title: 'events out of order', atMost: 1 },
  ],
  measure: async ({ rounds }, tell) => {
    const values = { rate: [], disordered: [] };
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round}/${rounds}`);
      const { rate, disordered } = await asked('relay.mjs', { work: 'drain', events: BACKLOG, aggregates }, on);
      values.rate.push(rate);
      values.disordered.push(disordered);
    }
    return values;
  },
});

const flow = {
  key: 'event-flow',
  title: 'commit to consumer at 200 events/s',
  figures: [
    { name: 'p99', title: 'p99, ms', atMost: 250 },
    { name: 'p50', title: 'p50, ms' },
    { name: 'missing', title: 'events not heard', atMost: 1 },
  ],
  measure: async ({ rounds, seconds }, tell) => {
    const values = { p99: [], p50: [], missing: [] };
    for (let round = 1; round <= rounds; round++) {
      tell(`round ${round}/${rounds}`);
      const { p50, p99, heard, sent } = await asked('relay.mjs', { work: 'flow', perSecond: 200, seconds });
      values.p99.push(p99);
      values.p50.push(p50);
      values.missing.push(sent - heard);
    }
    return values;
  },
};

const outbox = {
  key: 'outbox',
  title: `outbox to RabbitMQ, ${WINDOW} on their way, events`,
  contenders: () => [
    contender('ours', 'relay.mjs', { work: 'drain', events: EVENTS, aggregates: EVENTS }),
    contender('bare amqplib confirms', 'confirms.mjs', { events: EVENTS, window: WINDOW }),
  ],
  targets: [
    { what: 'rate', atLeast: 2_000 },
    { what: 'ratio', against: 'bare amqplib confirms', atLeast: 0.3 },
  ],
};

/** BENCH_MARIADB_URL names an empty database; without it the rows on MariaDB are left out. */
export const events = [
  outbox,
  flow,
  backlog('backlog-few', 20),
  backlog('backlog-many', BACKLOG),
  ...(maria ? [backlog('backlog-few-maria', 20, 'maria'), backlog('backlog-many-maria', BACKLOG, 'maria')] : []),
];

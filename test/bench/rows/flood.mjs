import { setTimeout as sleep } from 'node:timers/promises';
import { percentile } from '../support/figures.mjs';
import { openLine } from '../support/line.mjs';
import { request } from '../support/load.mjs';
import { startOpenLoop } from '../support/open-loop.mjs';
import { activationOf, logins, register } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

const AT_ONCE = 500;
/** Of one name at most five are looked at side by side. */
const CUSTOMERS = 125;
const LIVE = request('GET', '/health/live');

/** The most passwords that ever waited while `work` ran. */
async function mostWaiting({ port }, work) {
  let [most, running] = [0, true];
  const look = async () => {
    while (running) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      most = Math.max(most, Number(/^hash_queue_waiting (\d+)/m.exec(text)?.[1] ?? 0));
      await sleep(50);
    }
  };
  const looking = look();
  const result = await work();
  running = false;
  await looking;
  return { most, result };
}

/** All connected first, then all at once. */
async function together({ port }, requests) {
  const lines = requests.map(() => openLine(port));
  await sleep(1_000);
  const start = performance.now();
  const answers = await Promise.all(
    requests.map(async (bytes, at) => {
      const status = await lines[at].ask(bytes).catch(() => 0);
      return { status, ms: performance.now() - start };
    }),
  );
  for (const line of lines) line.close();
  return answers;
}

async function flood(program, requests) {
  const live = startOpenLoop({ port: program.port, rate: 50, next: () => LIVE });
  const { most, result } = await mostWaiting(program, () => together(program, requests));
  const accepted = result.filter(({ status }) => status === 200).map(({ ms }) => ms);
  const others = result.filter(({ status }) => status !== 200 && status !== 503);
  const looks = (await live.stop()).map(({ ms }) => ms);
  return {
    accepted: [percentile(accepted, 0.99) / 1000],
    live: [percentile(looks, 0.99)],
    waiting: [(most * Math.max(...accepted)) / accepted.length / 1000],
    done: [accepted.length],
    others: [others.length],
  };
}

const row = (key, title, open) => ({
  key,
  title,
  figures: [
    { name: 'accepted', title: 'p99 of those accepted, s', atMost: 2.5 },
    { name: 'live', title: 'p99 of /health/live meanwhile, ms', atMost: 100 },
    { name: 'waiting', title: 'most work that waited, s', atMost: 2.5 },
    { name: 'done', title: 'accepted; the others are 503' },
    { name: 'others', title: 'neither 200 nor 503', atMost: 1 },
  ],
  measure: async (_options, tell) => {
    const { program, requests, close } = await open();
    try {
      tell(`${AT_ONCE} at once`);
      return await flood(program, requests);
    } finally {
      await close();
    }
  },
});

async function loggingIn() {
  const program = await startProgram();
  const next = await logins(CUSTOMERS, program);
  return { program, requests: Array.from({ length: AT_ONCE }, next), close: program.dispose };
}

async function activating() {
  const sink = await startSink();
  const program = await startProgram({ SMTP_URL: sink.url });
  const people = await register(AT_ONCE, program, sink);
  const close = async () => {
    await program.dispose();
    await sink.stop();
  };
  return { program, requests: people.map((person) => activationOf(...person)), close };
}

export const floods = [
  row('flood-activation', `${AT_ONCE} activations at once, bcrypt cost 12`, activating),
  row('flood-login', `${AT_ONCE} logins at once, bcrypt cost 12`, loggingIn),
];

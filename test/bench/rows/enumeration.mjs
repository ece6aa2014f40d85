import { setTimeout as sleep } from 'node:timers/promises';
import { separation } from '../support/figures.mjs';
import { openLine } from '../support/line.mjs';
import { basic, request } from '../support/load.mjs';
import { activationOf, newcomer, register } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

const KINDS = ['new', 'pending', 'taken'];
const STEPS = ['register', 'activate', 'resend'];
const PAIRS = [
  ['new', 'taken'],
  ['pending', 'taken'],
  ['new', 'pending'],
];
/** So many of each kind go through the three steps side by side: every code has been sent before it is guessed. */
const BATCH = 20;
const PASSWORD = 'a password of somebody else';

const STEP = {
  register: (email) => request('POST', '/v1/registrations', { body: { email, password: PASSWORD } }),
  activate: (email) =>
    request('POST', '/v1/registrations/activate', { headers: basic(email, PASSWORD), body: { code: '0000' } }),
  resend: (email) =>
    request('POST', '/v1/registrations/resend-code', { headers: { ...basic(email, PASSWORD), 'content-length': 0 } }),
};

/** Addresses of each kind; those of customers were activated. */
async function people(many, program, sink) {
  const pending = await register(many, program, sink);
  const taken = await register(many, program, sink);
  let line = openLine(program.port);
  for (const [email, code] of taken) {
    // A connection is good for a thousand requests.
    if (line.closed) line = openLine(program.port);
    const status = await line.ask(activationOf(email, code));
    if (status !== 200) throw new Error(`an activation was answered ${status}`);
  }
  const addresses = ([email]) => email;
  return { new: Array.from({ length: many }, newcomer), pending: pending.map(addresses), taken: taken.map(addresses) };
}

const shuffled = (items) =>
  items
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

async function sample({ port }, addresses, many, tell) {
  const times = Object.fromEntries(STEPS.map((step) => [step, { new: [], pending: [], taken: [] }]));
  const statuses = {};
  const connection = { line: openLine(port) };
  for (let from = 0; from < many; from += BATCH) {
    if (from % 200 === 0) tell(`${from} of ${many}`);
    const batch = KINDS.flatMap((kind) => addresses[kind].slice(from, from + BATCH).map((email) => ({ kind, email })));
    for (const step of STEPS) {
      for (const { kind, email } of shuffled(batch)) {
        if (connection.line.closed) connection.line = openLine(port);
        const start = performance.now();
        const status = await connection.line.ask(STEP[step](email));
        times[step][kind].push(performance.now() - start);
        statuses[`${step} ${status}`] ??= { new: 0, pending: 0, taken: 0 };
        statuses[`${step} ${status}`][kind]++;
      }
      await sleep(100);
    }
  }
  tell(JSON.stringify(statuses));
  return times;
}

export const enumeration = {
  key: 'enumeration',
  title: 'who tells new, pending and taken addresses apart by time (AC-26)',
  figures: STEPS.flatMap((step) =>
    PAIRS.map((pair) => ({
      name: `${step} ${pair.join(' ')}`,
      title: `AUC of ${step}, ${pair.join(' or ')}`,
      atMost: 0.55,
    })),
  ),
  measure: async ({ samples }, tell) => {
    const sink = await startSink();
    const program = await startProgram({ SMTP_URL: sink.url, BCRYPT_COST: '4' });
    try {
      tell(`${samples} addresses of each kind`);
      const times = await sample(program, await people(samples, program, sink), samples, tell);
      const auc = (step, [one, other]) => [separation(times[step][one], times[step][other])];
      return Object.fromEntries(
        STEPS.flatMap((step) => PAIRS.map((pair) => [`${step} ${pair.join(' ')}`, auc(step, pair)])),
      );
    } finally {
      await program.dispose();
      await sink.stop();
    }
  },
};

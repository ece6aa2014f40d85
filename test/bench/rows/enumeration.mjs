import { setTimeout as sleep } from 'node:timers/promises';
import { separation } from '../support/figures.mjs';
import { openLine } from '../support/line.mjs';
import { basic, request } from '../support/load.mjs';
import { activationOf, newcomer, register } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

const STEPS = ['register', 'activate', 'resend'];
const PAIRS = [
  ['new', 'taken'],
  ['pending', 'taken'],
  ['new', 'pending'],
];
/** So many of each kind go through the three steps side by side: every code has been sent before it is guessed. */
const BATCH = 20;
const SETTLED_MS = 100;
const PASSWORD = 'a password of somebody else';
const TITLES = { life: 'the life that mine shows', reset: 'a wrong reset code' };

const STEP = {
  register: (email) => request('POST', '/v1/registrations', { body: { email, password: PASSWORD } }),
  activate: (email) =>
    request('POST', '/v1/registrations/activate', { headers: basic(email, PASSWORD), body: { code: '0000' } }),
  mine: (email) => request('GET', '/v1/registrations/mine', { headers: basic(email, PASSWORD) }),
  forgot: (email) => request('POST', '/v1/auth/password/forgot', { body: { username: email } }),
  reset: (email) =>
    request('POST', '/v1/auth/password/reset', {
      body: { username: email, code: '00000000', newPassword: 'another horse, another staple' },
    }),
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

/** What each step takes, by kind of address; of `mine` also how long the code is said to live. */
async function sample({ port }, addresses, steps, many, tell) {
  const kinds = Object.keys(addresses);
  const none = (value) => Object.fromEntries(kinds.map((kind) => [kind, value()]));
  const values = Object.fromEntries([...steps, 'life'].map((step) => [step, none(() => [])]));
  const statuses = {};
  const connection = { line: openLine(port) };
  for (let from = 0; from < many; from += BATCH) {
    if (from % 200 === 0) tell(`${from} of ${many}`);
    const batch = kinds.flatMap((kind) => addresses[kind].slice(from, from + BATCH).map((email) => ({ kind, email })));
    for (const step of steps) {
      for (const { kind, email } of shuffled(batch)) {
        if (connection.line.closed) connection.line = openLine(port);
        const start = performance.now();
        const { status, body } = await connection.line.exchange(STEP[step](email));
        values[step][kind].push(performance.now() - start);
        if (step === 'mine') values.life[kind].push(lifeIn(body));
        statuses[`${step} ${status}`] ??= none(() => 0);
        statuses[`${step} ${status}`][kind]++;
      }
      await sleep(SETTLED_MS);
    }
  }
  tell(JSON.stringify(statuses));
  return values;
}

/** Milliseconds between what a code lives and when another may be asked for; none is told apart as well. */
function lifeIn(body) {
  const { codeExpiresAt, resendAt } = JSON.parse(body);
  return codeExpiresAt === null ? -1 : Date.parse(codeExpiresAt) - Date.parse(resendAt);
}

const areas = (values, steps, pairs) =>
  Object.fromEntries(
    steps.flatMap((step) =>
      pairs.map(([one, other]) => [`${step} ${one} ${other}`, [separation(values[step][one], values[step][other])]]),
    ),
  );

const figuresOf = (steps, pairs) =>
  steps.flatMap((step) =>
    pairs.map(([one, other]) => ({
      name: `${step} ${one} ${other}`,
      title: `AUC of ${TITLES[step] ?? step}, ${one} or ${other}`,
      atMost: 0.55,
    })),
  );

export const enumeration = {
  key: 'enumeration',
  title: 'who tells new, pending and taken addresses apart by time (AC-26)',
  figures: figuresOf(STEPS, PAIRS),
  measure: async ({ samples }, tell) => {
    const sink = await startSink();
    const program = await startProgram({ SMTP_URL: sink.url, BCRYPT_COST: '4' });
    try {
      tell(`${samples} addresses of each kind`);
      const values = await sample(program, await people(samples, program, sink), STEPS, samples, tell);
      return areas(values, STEPS, PAIRS);
    } finally {
      await program.dispose();
      await sink.stop();
    }
  },
};

const REFUSED_STEPS = ['register', 'mine', 'activate', 'resend', 'forgot', 'reset'];
const REFUSED_FIGURES = [...REFUSED_STEPS, 'life'];
const REFUSED_PAIRS = [
  ['new', 'taken'],
  ['new', 'notified'],
  ['pending', 'notified'],
  ['taken', 'notified'],
];

/** Somebody has registered these addresses of customers today: their owners were told, and get no message. */
async function notify(addresses, { port }, sink) {
  let line = openLine(port);
  const before = await sink.accepted();
  for (const email of addresses) {
    if (line.closed) line = openLine(port);
    await line.ask(request('POST', '/v1/registrations', { body: { email, password: 'a password of before' } }));
  }
  while ((await sink.accepted()) < before + addresses.length) await sleep(50);
}

export const enumerationRefused = {
  key: 'enumeration-refused',
  title: 'who tells new, pending, taken and notified addresses apart while every message is refused (AC-62)',
  figures: figuresOf(REFUSED_FIGURES, REFUSED_PAIRS),
  measure: async ({ samples }, tell) => {
    const sink = await startSink();
    const program = await startProgram({ SMTP_URL: sink.url, BCRYPT_COST: '4' });
    try {
      tell(`${samples} addresses of each kind`);
      const { pending, taken, new: fresh } = await people(samples, program, sink);
      const { taken: notified } = await people(samples, program, sink);
      await notify(notified, program, sink);
      await sink.refuse();
      const values = await sample(program, { new: fresh, pending, taken, notified }, REFUSED_STEPS, samples, tell);
      return areas(values, REFUSED_FIGURES, REFUSED_PAIRS);
    } finally {
      await program.dispose();
      await sink.stop();
    }
  },
};

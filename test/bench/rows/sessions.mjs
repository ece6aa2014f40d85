import { percentile, separation } from '../support/figures.mjs';
import { openLine } from '../support/line.mjs';
import { request } from '../support/load.mjs';
import { customers, newcomer, PASSWORD, post } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { rateFigures, rates } from '../support/rates.mjs';
import { startRedis } from '../support/redis.mjs';

const CHEAP = { BCRYPT_COST: '4' };
const CUSTOMERS = 20;
const WRONG = 'a password of somebody else';

const exchange = (refresh_token) => request('POST', '/v1/auth/refresh', { body: { refresh_token } });
const signIn = (username, password = PASSWORD) => request('POST', '/v1/auth/login', { body: { username, password } });
const urlOf = ({ port }) => `http://127.0.0.1:${port}`;

/** Refresh tokens of so many sessions. */
async function sessions(many, program) {
  const people = await customers(CUSTOMERS, program);
  const tokens = [];
  for (let n = 0; n < many; n++) {
    const body = { username: people[n % CUSTOMERS], password: PASSWORD };
    tokens.push((await post(`${urlOf(program)}/v1/auth/login`, body)).refresh_token);
  }
  return tokens;
}

export const refresh = {
  key: 'refresh',
  title: 'POST /v1/auth/refresh, each with the token of the answer before',
  figures: rateFigures({ what: 'exchanges', status: 200, atLeast: 1_500 }),
  measure: async (options, tell) => {
    const program = await startProgram(CHEAP);
    try {
      const idle = await sessions(2 * options.connections, program);
      const next = () => exchange(idle.shift());
      const answered = (_status, body) => idle.push(JSON.parse(body).refresh_token);
      return await rates({ ...program, next, answered }, options, tell);
    } finally {
      await program.dispose();
    }
  },
};

const SIGN_OUTS = 200;
const LATEST_MS = 5_000;

/** Milliseconds from the answer to a sign-out until the other replica has refused the token. */
async function refusedAfter(one, other, username) {
  const { access_token: token } = await post(`${urlOf(one)}/v1/auth/login`, { username, password: PASSWORD });
  const headers = { authorization: `Bearer ${token}` };
  const me = async () => (await fetch(`${urlOf(other)}/v1/customers/me`, { headers })).status;
  if ((await me()) !== 200) throw new Error('the other replica does not take the token');
  await fetch(`${urlOf(one)}/v1/auth/logout`, { method: 'POST', headers });
  const since = performance.now();
  while ((await me()) !== 401)
    if (performance.now() - since > LATEST_MS) throw new Error(`still taken after ${LATEST_MS} ms`);
  return performance.now() - since;
}

export const logout = {
  key: 'logout',
  title: 'from the answer to a sign-out until another replica has refused the token',
  figures: [
    { name: 'hinted', title: 'p99 with Redis, ms', atMost: 1_000 },
    { name: 'median', title: 'median with Redis, ms' },
    { name: 'alone', title: 'p99 while Redis is away, ms', atMost: 1_000 },
  ],
  measure: async (_, tell) => {
    const redis = await startRedis();
    const oneIssuer = { PUBLIC_URL: 'https://foyer.example.org', DEV_MAILBOX: 'public' };
    const env = { ...CHEAP, REDIS_URL: redis.url, ...oneIssuer };
    const one = await startProgram(env);
    const other = await startProgram(env, one.home);
    try {
      const [username] = await customers(1, one);
      const round = async (name) => {
        tell(`${SIGN_OUTS} sign-outs ${name}`);
        const times = [];
        for (let n = 0; n < SIGN_OUTS; n++) times.push(await refusedAfter(one, other, username));
        return times;
      };
      const hinted = await round('with Redis');
      await redis.stop();
      const alone = await round('without');
      return {
        hinted: [percentile(hinted, 0.99)],
        median: [percentile(hinted, 0.5)],
        alone: [percentile(alone, 0.99)],
      };
    } finally {
      await other.end();
      await one.dispose();
      await redis.stop();
    }
  },
};

/** Wrong passwords of one name before it has to wait. */
const FREE = 4;

/** Times of one call for customers and for nobody, in turn and in no order, so many names each. */
async function whoCanBeTold(program, samples, { perName, call, expected }, tell) {
  const many = Math.ceil(samples / perName);
  tell(`${many} customers`);
  const names = { known: await customers(many, program), unknown: Array.from({ length: many }, newcomer) };
  const times = { known: [], unknown: [] };
  let line = openLine(program.port);
  for (let at = 0; at < many * perName; at++) {
    if (at % 200 === 0) tell(`${at} of ${samples}`);
    for (const kind of Math.random() < 0.5 ? ['known', 'unknown'] : ['unknown', 'known']) {
      if (line.closed) line = openLine(program.port);
      const start = performance.now();
      const status = await line.ask(call(names[kind][at % many]));
      times[kind].push(performance.now() - start);
      if (status !== expected) throw new Error(`a ${kind} name was answered ${status}`);
    }
  }
  const { known, unknown } = times;
  const middle = (values) => [percentile(values, 0.5)];
  return { auc: [separation(known, unknown)], known: middle(known), unknown: middle(unknown) };
}

const told = (key, title, what, ask) => ({
  key,
  title,
  figures: [
    { name: 'auc', title: `AUC of ${what}, known or unknown`, atMost: 0.55 },
    { name: 'known', title: 'median of known names, ms' },
    { name: 'unknown', title: 'median of unknown names, ms' },
  ],
  measure: async ({ samples }, tell) => {
    const program = await startProgram(CHEAP);
    try {
      return await whoCanBeTold(program, samples, ask, tell);
    } finally {
      await program.dispose();
    }
  },
});

export const whoSignsIn = told(
  'login-time',
  'who tells a customer from nobody by the time of a refused sign-in (AC-26)',
  'wrong passwords',
  { perName: FREE, call: (name) => signIn(name, WRONG), expected: 401 },
);

export const whoForgets = told(
  'forgot-time',
  'who tells a customer from nobody by the time of a forgotten password (AC-26)',
  'forgotten passwords',
  {
    perName: 1,
    call: (username) => request('POST', '/v1/auth/password/forgot', { body: { username } }),
    expected: 202,
  },
);

export const sessionRows = [refresh, logout, whoSignsIn, whoForgets];

import { startBare } from '../support/bare-server.mjs';
import { driveHttp } from '../support/http-contender.mjs';
import { request } from '../support/load.mjs';
import { activationOf, oneCustomer, PASSWORD, register } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';
import { startSink } from '../support/sink.mjs';

/** Enough to keep one hash thread busy, few enough for its queue of two seconds. */
const BUSY = 3;
/** Hashes a second of one fast core; so many people are registered beforehand. */
const FASTEST = { 10: 45, 12: 12 };

/** A child that hashes by itself for so many seconds. */
const threadOf = (name, script, job) => ({
  name,
  open: async () => {
    const child = await startBare(script);
    return {
      measure: async ({ seconds }) => {
        const { rate, micros } = await child.ask({ ...job, seconds }, (seconds + 60) * 1000);
        return { rate, cpu: { server: micros, database: 0, client: 0 }, refused: {} };
      },
      close: child.close,
    };
  },
});

const bare = (op, cost) => threadOf('bare bcrypt', 'bcrypt.mjs', { op, cost });
const settings = (cost) => ({ BCRYPT_COST: String(cost), HASH_THREADS: '1' });

const activating = (cost) => ({
  name: 'ours',
  open: async ({ seconds, warmup }) => {
    const sink = await startSink();
    const program = await startProgram({ ...settings(cost), SMTP_URL: sink.url });
    const people = await register((seconds + warmup) * FASTEST[cost] + BUSY, program, sink);
    const next = () => (people.length > 0 ? activationOf(...people.pop()) : undefined);
    return {
      measure: (time) => driveHttp({ ...program, connections: BUSY, next }, time),
      close: async () => {
        await program.dispose();
        await sink.stop();
      },
    };
  },
});

const loggingIn = (cost) => ({
  name: 'ours',
  open: async () => {
    const program = await startProgram(settings(cost));
    const { email } = await oneCustomer(program);
    const login = request('POST', '/v1/auth/login', { body: { username: email, password: PASSWORD } });
    return {
      measure: (time) => driveHttp({ ...program, connections: BUSY, next: () => login }, time),
      close: program.dispose,
    };
  },
});

const against = (atLeast) => [{ what: 'ratio', against: 'bare bcrypt', atLeast }];

const activationAt = (cost, atLeast) => ({
  key: `activation${cost}`,
  title: `activation, bcrypt cost ${cost}`,
  contenders: () => [activating(cost), bare('hash', cost)],
  targets: against(atLeast),
});

export const hashing = [
  activationAt(12, 0.97),
  activationAt(10, 0.9),
  {
    key: 'login',
    title: 'POST /v1/auth/login, bcrypt cost 12',
    contenders: () => [loggingIn(12), bare('verify', 12)],
    targets: against(0.97),
  },
  {
    key: 'hashing',
    title: 'hash pool of one thread, bcrypt cost 12',
    contenders: () => [threadOf('ours', 'hash-pool.mjs', { cost: 12 }), bare('hash', 12)],
    targets: against(undefined),
  },
];

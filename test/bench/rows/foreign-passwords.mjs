import { pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { hashSync } from 'bcrypt';
import { argon2id } from 'hash-wasm';
import { startNode } from '../support/children.mjs';
import { percentile, separation } from '../support/figures.mjs';
import { ROOT, temporaryFolder } from '../support/folders.mjs';
import { openLine } from '../support/line.mjs';
import { request } from '../support/load.mjs';
import { customers, newcomer, PASSWORD } from '../support/people.mjs';
import { startProgram } from '../support/program.mjs';

/** Ours is the cheapest by far, so that the hashes of others are as easily told from it as can be. */
const CHEAP = { BCRYPT_COST: '4' };
const SCRIPT = path.join(ROOT, 'dist/apps/server/src/import.js');
/** Wrong passwords of one name before it has to wait. */
const FREE = 4;
/** A refused sign-in takes whole seconds: several people ask at the same time, and fewer times than elsewhere. */
const LINES = 4;
const MOST_SAMPLES = 300;

const b64 = (bytes) => bytes.toString('base64').replaceAll('=', '');
const salt = randomBytes(16);
/** At costs that are usual elsewhere. */
const HASHES = {
  bcrypt: async () => hashSync(PASSWORD, 10),
  argon2: () =>
    argon2id({
      ...{ password: PASSWORD, salt, parallelism: 1, iterations: 2, memorySize: 19_456 },
      ...{ hashLength: 32, outputType: 'encoded' },
    }),
  scrypt: async () =>
    `$scrypt$ln=14,r=8,p=1$${b64(salt)}$${b64(scryptSync(PASSWORD, salt, 32, { N: 2 ** 14, r: 8, p: 1 }))}`,
  pbkdf2: async () =>
    `$pbkdf2-sha256$i=210000,l=32$${b64(salt)}$${b64(pbkdf2Sync(PASSWORD, salt, 210_000, 32, 'sha256'))}`,
};
const KINDS = ['native', ...Object.keys(HASHES)];

/** So many customers with a hash of each kind, in a database that nobody uses yet: their addresses. */
async function imported(home, many) {
  const names = {};
  const lines = [];
  for (const [kind, hash] of Object.entries(HASHES)) {
    const passwordHash = await hash();
    names[kind] = Array.from({ length: many }, newcomer);
    lines.push(...names[kind].map((email) => JSON.stringify({ email, passwordHash })));
  }
  const file = path.join(home.folder, 'people.ndjson');
  writeFileSync(file, `${lines.join('\n')}\n`);
  const env = { ...CHEAP, DATA_DIR: path.join(home.folder, 'data') };
  const child = startNode(SCRIPT, { args: [file], cwd: home.folder, env, tells: true });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the import ended with ${code}: ${child.errors}${child.told}`);
  return names;
}

const shuffled = (items) =>
  items
    .map((item) => [Math.random(), item])
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);

/** Times of refused sign-ins of each kind, in no order, on several connections. */
async function sample({ port }, names, rounds, tell) {
  const kinds = Object.keys(names);
  const times = Object.fromEntries(kinds.map((kind) => [kind, []]));
  const calls = Array.from({ length: rounds }, (_, round) =>
    shuffled(kinds).map((kind) => ({ kind, name: names[kind][round % names[kind].length] })),
  ).flat();
  const ask = async () => {
    let line = openLine(port);
    for (let call = calls.shift(); call; call = calls.shift()) {
      if (calls.length % 200 === 0) tell(`${calls.length} are left`);
      if (line.closed) line = openLine(port);
      const { kind, name } = call;
      const bytes = request('POST', '/v1/auth/login', { body: { username: name, password: 'of somebody else' } });
      const start = performance.now();
      const status = await line.ask(bytes);
      times[kind].push(performance.now() - start);
      if (status !== 401) throw new Error(`a ${kind} name was answered ${status}`);
    }
    line.close();
  };
  await Promise.all(Array.from({ length: LINES }, ask));
  return times;
}

export const whoCameFromElsewhere = {
  key: 'foreign-login-time',
  title: 'who tells by the time of a refused sign-in with what a password was hashed, or nobody (AC-26)',
  figures: [
    ...KINDS.map((kind) => ({ name: kind, title: `AUC of wrong passwords, ${kind} or nobody`, atMost: 0.55 })),
    { name: 'median', title: 'median of all, ms' },
  ],
  measure: async ({ samples }, tell) => {
    const rounds = Math.min(samples, MOST_SAMPLES);
    const many = Math.ceil(rounds / FREE);
    const home = temporaryFolder();
    tell(`${many} customers of each kind`);
    const theirs = await imported(home, many);
    const program = await startProgram(CHEAP, home);
    try {
      const native = await customers(many, program);
      const names = { nobody: Array.from({ length: many }, newcomer), native, ...theirs };
      const times = await sample(program, names, rounds, tell);
      for (const [kind, of] of Object.entries(times))
        tell(`${kind}: ${[0.01, 0.5, 0.99].map((part) => percentile(of, part).toFixed(1)).join(' ')} ms`);
      const auc = KINDS.map((kind) => [kind, [separation(times.nobody, times[kind])]]);
      return { ...Object.fromEntries(auc), median: [percentile(Object.values(times).flat(), 0.5)] };
    } finally {
      await program.dispose();
    }
  },
};

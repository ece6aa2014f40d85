// Preloaded by tests (NODE_OPTIONS=--import=…) and by nobody else: the product knows nothing of this. On SIGUSR2 it wraps a
// method of the built program and ends the process with SIGKILL at the point that the file CRASH_AT names: `KP-A3`, or
// `KP-A3:2` for the second time the point is passed from then on.
import 'reflect-metadata';
import { readFile } from 'node:fs/promises';
import { isMainThread } from 'node:worker_threads';

const DIST = new URL('../../dist/libs/', import.meta.url);

/** Side, file of the build, method, and what makes a call count: its values, its result. `amid`: while it runs. */
const POINTS = {
  'KP-R1': ['before', 'registration/src/adapters/typeorm/typeorm-registration-keys.js', 'lockAndIncrement'],
  'KP-R2': ['before', 'registration/src/adapters/redis/redis-attempt-store.js', 'markStarted'],
  'KP-R3': ['before', 'notifications/src/adapters/redis/redis-job-queue.js', 'enqueue'],
  'KP-R4': ['before', 'notifications/src/adapters/smtp/smtp-mail-sender.js', 'send'],
  'KP-R5': ['before', 'codes/src/adapters/redis/redis-code-store.js', 'startLifetime'],
  'KP-R6': ['after', 'registration/src/application/commands/register.js', 'execute'],
  'KP-A1': ['before', 'registration/src/application/services/registration-activator.js', 'activate'],
  'KP-A2': ['after', 'customers/src/application/services/local-customer-directory.js', 'createCustomer'],
  'KP-A3': ['before', 'registration/src/adapters/redis/redis-attempt-store.js', 'convertToReceipt'],
  'KP-A4': ['after', 'registration/src/application/commands/activate-registration.js', 'execute'],
  'KP-O1': ['after', 'messaging/src/relay/outbox-deliveries.js', 'lease', (_, lease) => lease.batches.length > 0],
  'KP-O2': ['amid', 'messaging/src/publishers/rabbitmq/rabbitmq-publisher-connection.js', 'send'],
  'KP-O3': ['before', 'messaging/src/relay/outbox-deliveries.js', 'deleteDelivered', ([, ids]) => ids.length > 0],
  'KP-I1': ['after', 'messaging/src/inbox/typeorm-inbox.js', 'recordHandled'],
  'KP-I2': ['after', 'registration/src/application/commands/accept-verification.js', 'execute'],
  'KP-U1': ['before', 'auth/src/adapters/redis/redis-revocation-hints.js', 'publishHint'],
  'KP-T1': ['after', 'auth/src/application/commands/refresh-session.js', 'execute'],
  'KP-T2': ['before', 'auth/src/adapters/redis/redis-revocation-hints.js', 'publishHint'],
};

/** Long enough for what a method has written to leave the process, shorter than most answers. */
const AMID_MS = 2;

async function arm([side, file, method, counts = () => true], nth) {
  const module = await import(new URL(file, DIST).href);
  const owner = Object.values(module).find((one) => typeof one === 'function' && method in (one.prototype ?? {}));
  if (!owner) throw new Error(`CRASH_AT: ${file} has no class with ${method}()`);
  const original = owner.prototype[method];
  let left = nth;
  const pass = (values, result) => {
    if (counts(values, result) && --left === 0) process.kill(process.pid, 'SIGKILL');
  };
  owner.prototype[method] = async function (...values) {
    if (side === 'before') pass(values);
    const running = original.apply(this, values);
    if (side === 'amid') setTimeout(pass, AMID_MS, values);
    const result = await running;
    if (side === 'after') pass(values, result);
    return result;
  };
}

const { CRASH_AT } = process.env;

async function obey() {
  const [point, order] = (await readFile(CRASH_AT, 'utf8')).split(' ');
  const [name, nth = '1'] = point.split(':');
  if (!POINTS[name]) throw new Error(`CRASH_AT: there is no ${name}, only ${Object.keys(POINTS).join(', ')}`);
  await arm(POINTS[name], Number(nth));
  console.log(`will crash at ${point} ${order}`);
}

if (CRASH_AT && isMainThread) process.on('SIGUSR2', obey);

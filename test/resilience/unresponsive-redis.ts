import { setTimeout as sleep } from 'node:timers/promises';
import type { Reply } from '../support/http-message.js';
import type { LocalServer } from '../support/local-servers.js';
import { statusAndCode } from '../support/problem-catalog.js';
import { newRegistration, wrongCode } from '../support/registration-fixtures.js';
import type { TestApp } from '../support/test-app.js';

const UNAVAILABLE = '503 service.unavailable';
/** Half a second for each of at most three commands, on a busy machine. */
const REPLY_TIMEOUT_MS = 3_000;
const RECOVERY_MS = 6_000;

/** FM-R2: the code store is frozen and hangs up on nobody. Returns what is not 503 in time, or not well again. */
export async function findUnresponsiveRedisFaults(app: TestApp, redis: LocalServer): Promise<string[]> {
  const { person, code } = await app.createPendingRegistration();
  process.kill(redis.pid, 'SIGSTOP');
  const o = { timeoutMs: REPLY_TIMEOUT_MS };
  const told = await Promise.all([
    outcome('register', app.register(newRegistration(), o)),
    outcome('a wrong code', app.activate(person, wrongCode(code), o)),
    outcome('the right code', app.activate(person, code, o)),
    outcome('mine', app.getMyRegistration(person, o)),
    outcome('resend', app.resendCode(person, o)),
  ]).finally(() => process.kill(redis.pid, 'SIGCONT'));
  const faults = told.filter((outcome) => !outcome.endsWith(UNAVAILABLE));
  return [...faults, ...((await waitForRecovery(app)) ? [] : ['it is not well again'])];
}

const outcome = (what: string, asked: Promise<Reply>): Promise<string> =>
  asked.then(
    (reply) => `${what}: ${statusAndCode(reply)}`,
    (error: Error) => `${what}: ${error.name}`,
  );

async function waitForRecovery(app: TestApp): Promise<boolean> {
  for (const deadline = Date.now() + RECOVERY_MS; Date.now() < deadline; await sleep(100)) {
    const reply = await app.register(newRegistration(), { timeoutMs: 1_000 }).catch(() => undefined);
    if (reply?.status === 201) return true;
  }
  return false;
}

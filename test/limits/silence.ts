import { setTimeout as sleep } from 'node:timers/promises';
import type { Hall } from '../registration/hall.js';
import { newcomer, wrongCode } from '../registration/people.js';
import { outcomeOf } from '../registration/problem-list.js';
import type { Reply } from '../support/http-message.js';
import type { OwnServer } from '../support/own-servers.js';

const AWAY = '503 service.unavailable';
/** Half a second for each of at most three commands, on a busy machine. */
const PATIENCE_MS = 3_000;
const RECOVERY_MS = 6_000;

/** FM-R2: the code store is frozen and hangs up on nobody. Returns what is not 503 in time, or not well again. */
export async function faultsOfSilence(hall: Hall, redis: OwnServer): Promise<string[]> {
  const { person, code } = await hall.pending();
  process.kill(redis.pid, 'SIGSTOP');
  const o = { timeoutMs: PATIENCE_MS };
  const told = await Promise.all([
    outcome('register', hall.register(newcomer(), o)),
    outcome('a wrong code', hall.activate(person, wrongCode(code), o)),
    outcome('the right code', hall.activate(person, code, o)),
    outcome('mine', hall.mine(person, o)),
    outcome('resend', hall.resend(person, o)),
  ]).finally(() => process.kill(redis.pid, 'SIGCONT'));
  const faults = told.filter((outcome) => !outcome.endsWith(AWAY));
  return [...faults, ...((await isWell(hall)) ? [] : ['it is not well again'])];
}

const outcome = (what: string, asked: Promise<Reply>): Promise<string> =>
  asked.then(
    (reply) => `${what}: ${outcomeOf(reply)}`,
    (error: Error) => `${what}: ${error.name}`,
  );

async function isWell(hall: Hall): Promise<boolean> {
  for (const deadline = Date.now() + RECOVERY_MS; Date.now() < deadline; await sleep(100)) {
    const reply = await hall.register(newcomer(), { timeoutMs: 1_000 }).catch(() => undefined);
    if (reply?.status === 201) return true;
  }
  return false;
}

import { appendFileSync, cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/built.js';
import { type Folder, temporaryFolder } from '../support/guard.js';

/** A copy of the built program with code of ours behind some of its files, so that known mistakes can be put in. */
export interface OtherBuild extends Folder {
  readonly entry: string;
}

/** @param additions what is appended to which file of the build, e.g. `libs/codes/src/…/redis-code-store.js` */
export function otherBuild(additions: Readonly<Record<string, string>>): OtherBuild {
  const folder = temporaryFolder();
  const place = (name: string): string => path.join(folder.path, name);
  cpSync(path.join(ROOT, 'dist'), place('dist'), { recursive: true });
  // `#codes` and the like are resolved by the nearest package.json, everything else by the nearest node_modules
  cpSync(path.join(ROOT, 'package.json'), place('package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), place('node_modules'));
  for (const [file, code] of Object.entries(additions)) appendFileSync(place(`dist/${file}`), `\n${code}\n`);
  return { ...folder, entry: place('dist/apps/server/src/main.js') };
}

/** Reads, compares and writes in three steps, as one would at first, over a network that takes its time between them. */
export const NAIVE_CLAIM = {
  'libs/codes/src/adapters/redis/redis-code-store.js': `
import { Redis as NaiveRedis } from 'ioredis';
import { setTimeout as naivePause } from 'node:timers/promises';
const naive = new NaiveRedis(process.env.REDIS_URL);
RedisCodeStore.prototype.claimCode = async function (address, macs, requestId, terms) {
  const key = 'foyer:{' + address.identifierHash + '}:code:' + address.purpose + ':' + address.subject;
  const code = await naive.hgetall(key);
  await naivePause(25);
  const tries = Number(code.tries) + 1;
  if (!code.mac || tries > terms.maxTries) return { outcome: 'expired' };
  if (macs.includes(code.mac)) return { outcome: 'granted' };
  await naive.hset(key, 'tries', tries);
  return { outcome: 'wrong', attemptsRemaining: terms.maxTries - tries };
};`,
};

/** An admission that does not look whether this attempt was let in before. */
export const FORGETFUL_ADMISSION = {
  'libs/customers/src/application/services/local-customer-directory.js': `
LocalCustomerDirectory.prototype.checkAvailability = async () => ({ holderId: null, idIsUsed: false, createdByAttemptId: null });`,
};

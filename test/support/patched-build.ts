import { appendFileSync, cpSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './ensure-built.js';
import { type TemporaryFolder, temporaryFolder } from './resource-reaper.js';

/** A copy of the built program with code of ours behind some of its files, so that known mistakes can be put in. */
export interface PatchedBuild extends TemporaryFolder {
  readonly entry: string;
}

/** @param additions what is appended to which file of the build, e.g. `libs/codes/src/…/redis-code-store.js` */
export function createPatchedBuild(additions: Readonly<Record<string, string>>): PatchedBuild {
  const folder = temporaryFolder();
  const pathInBuild = (name: string): string => path.join(folder.path, name);
  cpSync(path.join(ROOT, 'dist'), pathInBuild('dist'), { recursive: true });
  // `#codes` and the like are resolved by the nearest package.json, everything else by the nearest node_modules
  cpSync(path.join(ROOT, 'package.json'), pathInBuild('package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), pathInBuild('node_modules'));
  for (const [file, code] of Object.entries(additions)) appendFileSync(pathInBuild(`dist/${file}`), `\n${code}\n`);
  return { ...folder, entry: pathInBuild('dist/apps/server/src/main.js') };
}

/** Reads, compares and writes in three steps, as one would at first, over a network that takes its time between them. */
export const NON_ATOMIC_CLAIM = {
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
export const ACTIVATION_WITHOUT_DUPLICATE_CHECK = {
  'libs/customers/src/application/services/local-customer-directory.js': `
LocalCustomerDirectory.prototype.checkAvailability = async () => ({ holderId: null, idIsUsed: false, createdByAttemptId: null });`,
};

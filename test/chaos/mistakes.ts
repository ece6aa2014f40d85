/** Known mistakes, by the file of the build behind which they are put: what each protection is there against. */
export type Mistake = Readonly<Record<string, string>>;

/** Looks at the code first and counts the wrong try afterwards, over a network that takes its time. Counting itself is atomic. */
export const COUNTED_TOO_LATE: Mistake = {
  'libs/codes/src/adapters/redis/redis-code-store.js': `
import { Redis as LateRedis } from 'ioredis';
import { setTimeout as latePause } from 'node:timers/promises';
const late = new LateRedis(process.env.REDIS_URL);
RedisCodeStore.prototype.claim = async function (address, macs, requestId, terms) {
  const key = 'foyer:{' + address.identifierHash + '}:code:' + address.purpose + ':' + address.subject;
  const { mac, tries } = await late.hgetall(key);
  if (!mac || Number(tries) >= terms.maxTries) return { outcome: 'expired' };
  if (macs.includes(mac)) return { outcome: 'granted' };
  await latePause(25);
  return { outcome: 'wrong', attemptsRemaining: terms.maxTries - (await late.hincrby(key, 'tries', 1)) };
};`,
};

/** Keeps the guesses of an identifier beside its codes, where they are lost together. */
export const BUDGET_IN_REDIS: Mistake = {
  'libs/codes/src/adapters/typeorm/typeorm-guess-ledger.js': `
import { Redis as ForgetfulRedis } from 'ioredis';
const forgetful = new ForgetfulRedis(process.env.REDIS_URL);
const guessesOf = (identifierHash) => 'foyer:{' + identifierHash + '}:guesses';
Object.assign(TypeOrmGuessLedger.prototype, {
  async charge(identifierHash) {
    const all = await forgetful.incr(guessesOf(identifierHash));
    return { charge: { hour: 0 }, day: all, week: all, wrong: { day: all - 1, week: all - 1 } };
  },
  async settle() {},
  async giveBack(identifierHash) {
    await forgetful.decr(guessesOf(identifierHash));
  },
  async spent(identifierHash) {
    const all = Number(await forgetful.get(guessesOf(identifierHash)));
    return { day: all, week: all };
  },
});`,
};

/** Keeps nothing for the identifier of a customer, and answers register as always. */
export const NO_DECOY: Mistake = {
  'libs/registration/src/adapters/memory/in-memory-attempt-store.js': `
const placeAnybody = InMemoryAttemptStore.prototype.place;
InMemoryAttemptStore.prototype.place = async function (draft, trusted) {
  return draft.decoy ? { placed: false } : placeAnybody.call(this, draft, trusted);
};`,
};

/** Waits for an answer for as long as it takes, which is what the driver does by itself. */
export const NO_TIMEOUT: Mistake = {
  'libs/platform/src/redis/redis-connection.js': `
const inTime = RedisConnection.prototype.command;
RedisConnection.prototype.command = function (work) {
  this.client.options.commandTimeout = undefined;
  return inTime.call(this, work);
};`,
};

/** Takes a count that cannot be kept for one that is not used up. */
export const FAILING_OPEN: Mistake = {
  'libs/platform/src/limits/source-limits.js': `
const strictly = SourceLimits.prototype.count;
SourceLimits.prototype.count = function (limit, address) {
  return strictly.call(this, limit, address).catch((error) => {
    if (error instanceof SourceLimited) throw error;
    return UNCOUNTED;
  });
};`,
};

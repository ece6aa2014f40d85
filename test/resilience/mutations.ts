/** Known mistakes, by the file of the build behind which they are put: what each protection is there against. */
export type BuildPatch = Readonly<Record<string, string>>;

/** Looks at the code first and counts the wrong try afterwards, over a network that takes its time. Counting itself is atomic. */
export const WRONG_TRY_COUNTED_LATE: BuildPatch = {
  'libs/codes/src/adapters/redis/redis-code-store.js': `
import { Redis as LateRedis } from 'ioredis';
import { setTimeout as latePause } from 'node:timers/promises';
const late = new LateRedis(process.env.REDIS_URL);
RedisCodeStore.prototype.claimCode = async function (address, macs, requestId, terms) {
  const key = 'foyer:{' + address.identifierHash + '}:code:' + address.purpose + ':' + address.subject;
  const { mac, tries } = await late.hgetall(key);
  if (!mac || Number(tries) >= terms.maxTries) return { outcome: 'expired' };
  if (macs.includes(mac)) return { outcome: 'granted' };
  await latePause(25);
  return { outcome: 'wrong', attemptsRemaining: terms.maxTries - (await late.hincrby(key, 'tries', 1)) };
};`,
};

/** Keeps the guesses of an identifier beside its codes, where they are lost together. */
export const GUESS_LEDGER_IN_REDIS: BuildPatch = {
  'libs/codes/src/adapters/typeorm/typeorm-guess-ledger.js': `
import { Redis as ForgetfulRedis } from 'ioredis';
const forgetful = new ForgetfulRedis(process.env.REDIS_URL);
const guessesOf = (identifierHash) => 'foyer:{' + identifierHash + '}:guesses';
Object.assign(TypeOrmGuessLedger.prototype, {
  async chargeGuess(identifierHash) {
    const all = await forgetful.incr(guessesOf(identifierHash));
    return { charge: { hour: 0 }, day: all, week: all, wrong: { day: all - 1, week: all - 1 } };
  },
  async recordWrongGuess() {},
  async refundGuess(identifierHash) {
    await forgetful.decr(guessesOf(identifierHash));
  },
  async countGuesses(identifierHash) {
    const all = Number(await forgetful.get(guessesOf(identifierHash)));
    return { day: all, week: all };
  },
});`,
};

/** Keeps nothing for the identifier of a customer, and answers register as always. */
export const NO_DECOY: BuildPatch = {
  'libs/registration/src/adapters/memory/in-memory-attempt-store.js': `
const original = InMemoryAttemptStore.prototype.placeAttempt;
InMemoryAttemptStore.prototype.placeAttempt = async function (draft, trusted) {
  return draft.decoy ? { placed: false } : original.call(this, draft, trusted);
};`,
};

/** Waits for an answer for as long as it takes, which is what the driver does by itself. */
export const NO_TIMEOUT: BuildPatch = {
  'libs/platform/redis/src/redis-connection.js': `
const original = RedisConnection.prototype.command;
RedisConnection.prototype.command = function (work) {
  this.client.options.commandTimeout = undefined;
  return original.call(this, work);
};`,
};

/** Takes a count that cannot be kept for one that is not used up. */
export const LIMITER_FAILS_OPEN: BuildPatch = {
  'libs/platform/rate-limits/src/client-network-limits.js': `
const original = ClientNetworkLimits.prototype.reserve;
ClientNetworkLimits.prototype.reserve = function (limit, address) {
  return original.call(this, limit, address).catch((error) => {
    if (error instanceof ClientNetworkRateLimited) throw error;
    return UNLIMITED;
  });
};`,
};

const DELIVERIES_FILE = 'libs/messaging/src/relay/outbox-deliveries.js';

/** Asks for what has a higher id than the last one: a lower one that commits later is never seen. */
export const ID_CURSOR: BuildPatch = {
  [DELIVERIES_FILE]: `
const lastIds = new Map();
OutboxDeliveries.prototype.lease = async function (publisher) {
  const sql = 'select d.id as id, o.event_id as event, o.type as type, o.payload as payload, d.aggregate_type as kind,' +
    ' d.aggregate_id as subject, d.sequence as sequence from outbox_deliveries d join outbox o on o.event_id = d.event_id' +
    ' where d.publisher = ? and d.id > ? order by d.id limit 100';
  const rows = await this.database.query(sql, [publisher, lastIds.get(publisher) ?? 0]);
  if (rows.length > 0) lastIds.set(publisher, rows.at(-1).id);
  const run = rows.map((row) => ({ deliveryId: String(row.id), id: row.event, attempts: 1, aggregateType: row.kind, ...row, id: row.event }));
  return { token: '', batches: run.length > 0 ? [run] : [], hasMore: false };
};
OutboxDeliveries.prototype.deleteDelivered = async function (_, ids) {
  for (const id of ids) await this.database.execute('delete from outbox_deliveries where id = ?', [id]);
};`,
};

/** Takes whatever rows nobody has locked: two events of one aggregate are on their way at once. */
export const PLAIN_SKIP_LOCKED: BuildPatch = {
  [DELIVERIES_FILE]: `
OutboxDeliveries.prototype.lease = async function (publisher) {
  const token = this.ids.next();
  await this.database.transaction(async () => {
    const sql = 'select id as id from outbox_deliveries where publisher = ? and lease_until = 0 order by id limit 5 for update skip locked';
    for (const { id } of await this.database.query(sql, [publisher]))
      await this.database.execute('update outbox_deliveries set lease_token = ?, lease_until = 1 where id = ?', [token, id]);
  });
  const sql = 'select d.id as id, o.event_id as event, o.type as type, o.payload as payload, d.aggregate_type as kind,' +
    ' d.aggregate_id as subject, d.sequence as sequence from outbox_deliveries d join outbox o on o.event_id = d.event_id' +
    ' where d.lease_token = ? order by d.id';
  const rows = await this.database.query(sql, [token]);
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 50));
  const batches = rows.map((row) => [{ ...row, deliveryId: String(row.id), id: row.event, attempts: 1, aggregateType: row.kind }]);
  return { token, batches, hasMore: batches.length > 0 };
};`,
};

/** Notes what it is about to send as sent. */
export const DELIVERED_BEFORE_CONFIRM: BuildPatch = {
  [DELIVERIES_FILE]: `
const original = OutboxDeliveries.prototype.lease;
OutboxDeliveries.prototype.lease = async function (...asked) {
  const lease = await original.apply(this, asked);
  await this.deleteDelivered(lease, lease.batches.flat().map(({ deliveryId }) => deliveryId));
  return lease;
};`,
};

/** Writes nothing down: sends when the fact is committed. */
export const WITHOUT_OUTBOX: BuildPatch = {
  'libs/messaging/src/outbox/typeorm-outbox.js': `
import { RabbitMqEventPublisher as AtOnce } from '../publishers/rabbitmq/rabbitmq-event-publisher.js';
let broker;
TypeOrmOutbox.prototype.append = async function (event) {
  broker ??= new AtOnce(this.settings.rabbitmqUrl, { warn() {} });
  const id = event.id ?? this.ids.next();
  const payload = JSON.stringify({ ...event, id, sequence: event.sequence });
  this.database.afterCommit(() => broker.publish({ ...event, id, payload }).catch(() => undefined));
};`,
};

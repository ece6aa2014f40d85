import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { TestDatabase } from './test-database.js';

/** A secret by its name, e.g. `password`. */
export type Secrets = Readonly<Record<string, string>>;
/** A place where no secret may be found, by its name: everything that is written there. */
export type SearchedTexts = Readonly<Record<string, string>>;

const hash = (algorithm: string, value: string): string => createHash(algorithm).update(value).digest('hex');

/** What a text always leaves in base64, `before` bytes behind the start of a group: the characters that are all its own. */
function base64Fragment(value: string, before: number): string {
  const text = Buffer.concat([Buffer.alloc(before), Buffer.from(value)])
    .toString('base64')
    .replace(/=+$/, '');
  const whole = text.length - (text.length % 4 === 0 ? 0 : 1);
  return text.slice(Math.ceil((before * 4) / 3), whole);
}

/** A secret as it is, and in every dress in which it could be found again without a key. */
function encodingsOf(value: string): Readonly<Record<string, string>> {
  const base64 = base64Fragment(value, 0);
  return {
    'as it is': value,
    'in JSON': JSON.stringify(value).slice(1, -1),
    'in base64': base64,
    'in base64, one byte later': base64Fragment(value, 1),
    'in base64, two bytes later': base64Fragment(value, 2),
    'in base64url': base64.replaceAll('+', '-').replaceAll('/', '_'),
    'in hexadecimal': Buffer.from(value).toString('hex'),
    'URL-encoded': encodeURIComponent(value),
    'as a form': new URLSearchParams([['', value]]).toString().slice(1),
    reversed: [...value].reverse().join(''),
    'as MD5': hash('md5', value),
    'as SHA-1': hash('sha1', value),
    'as SHA-256': hash('sha256', value),
    'as SHA-384': hash('sha384', value),
    'as SHA-512': hash('sha512', value),
    'as SHA-256 in base64': createHash('sha256').update(value).digest('base64').replace(/=+$/, ''),
  };
}

/** Where a canary sits, in which dress, and what stands around it (without itself). */
export function findSecrets(canaries: Secrets, places: SearchedTexts): string[] {
  const found: string[] = [];
  for (const [place, text] of Object.entries(places)) {
    const lower = text.toLowerCase();
    for (const [name, value] of Object.entries(canaries)) {
      for (const [dress, form] of Object.entries(encodingsOf(value))) {
        const at = lower.indexOf(form.toLowerCase());
        if (at < 0) continue;
        const around = `${text.slice(Math.max(0, at - 80), at)}[${name}]${text.slice(at + form.length, at + form.length + 40)}`;
        found.push(`${name} ${dress} in ${place}: ${around.replaceAll('\n', ' ')}`);
      }
    }
  }
  return found;
}

/** Every row of every table. */
export async function dumpDatabase(database: TestDatabase): Promise<string> {
  const schema = database.kind === 'postgres' ? 'current_schema()' : 'database()';
  const { rows } = await database.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_type = 'BASE TABLE' and table_schema = ${schema}`,
  );
  const tables: string[] = [];
  for (const { name } of rows) {
    const found = await database.query(`select * from ${name}`);
    tables.push(name, ...found.rows.map((row) => JSON.stringify(row)));
  }
  return tables.join('\n');
}

/** Every key with what is in it. */
export async function dumpRedis(redis: Redis): Promise<{ keys: string; values: string }> {
  const keys = await redis.keys('*');
  const values = await Promise.all(keys.map(async (key) => JSON.stringify(await readRedisValue(redis, key))));
  return { keys: keys.join('\n'), values: values.join('\n') };
}

async function readRedisValue(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'hash':
      return redis.hgetall(key);
    case 'zset':
      return redis.zrange(key, 0, -1, 'WITHSCORES');
    case 'list':
      return redis.lrange(key, 0, -1);
    case 'set':
      return redis.smembers(key);
    case 'string':
      return redis.get(key);
    default:
      return undefined;
  }
}

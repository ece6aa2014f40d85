import { parseArgs } from 'node:util';
import type { Environment } from './environment.js';

export const USAGE = `Prints the events of Foyer as they come.

Usage: node dist/apps/subscriber/src/main.js [options]

  --type <type>   only events of this type, 'customer.created.v1', or that start so, 'customer.*'; may be repeated
  --queue <name>  the durable queue to read: it keeps what comes while nobody reads (default: SUBSCRIBER_QUEUE, else
                  foyer.subscriber, with the types in its name if there are any). Its old bindings stay
  --prefetch <n>  messages in hand at once, 1 to 1000 (default: 50)
  --json          one line of JSON per event
  --url <url>     the broker, amqp://user:password@host:port/vhost
                  (default: RABBITMQ_URL of the environment or of .env, else amqp://guest:guest@127.0.0.1:5672)
  --help          this text

Colours: on a terminal; NO_COLOR=1 and FORCE_COLOR=1 decide otherwise.
`;

export interface Options {
  /** Topic patterns to bind. */
  readonly patterns: readonly string[];
  readonly queue: string;
  readonly prefetch: number;
  readonly json: boolean;
  /** Null: as the terminal can. */
  readonly colours: boolean | null;
  readonly url: string;
  readonly help: boolean;
}

/** Told to whoever typed the options. */
export class BadOptions extends Error {}

const FALLBACK_URL = 'amqp://guest:guest@127.0.0.1:5672';
const WORD = /^[A-Za-z0-9_-]+$/;
const LONGEST_KEY = 255;
const QUEUE = /^(?!amq\.)[A-Za-z0-9._:#-]{1,200}$/;

/** @throws BadOptions */
export function readOptions(args: readonly string[], env: Environment): Options {
  const { type = [], queue, prefetch = '50', json = false, url, help = false } = parse(args);
  const patterns = type.length > 0 ? type.map(patternOf) : ['#'];
  return {
    patterns,
    queue: checkedQueue(queue ?? env['SUBSCRIBER_QUEUE'] ?? ['foyer.subscriber', ...type.map(nameOf)].join('.')),
    prefetch: checkedPrefetch(prefetch),
    json,
    colours: coloursOf(env),
    help,
    url: checkedUrl(url ?? env['RABBITMQ_URL'] ?? FALLBACK_URL),
  };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const type = { ...string, multiple: true } as const;
  const options = { type, queue: string, prefetch: string, json: boolean, url: string, help: boolean } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new BadOptions((error as Error).message);
  }
}

/** `customer.*` is everything that starts so, however many words follow: AMQP spells that `customer.#`. */
function patternOf(type: string): string {
  const words = type.split('.');
  const last = words.pop() ?? '';
  const known = words.every((word) => WORD.test(word)) && (last === '*' || WORD.test(last));
  if (!known || type.length > LONGEST_KEY) {
    throw new BadOptions(`--type '${type}' is no event type: words between dots, the last one may be *`);
  }
  return [...words, last === '*' ? '#' : last].join('.');
}

/** Other types are another queue: a durable one keeps the bindings it ever had. */
const nameOf = (type: string): string => type.replace(/\.?\*$/, '') || 'all';

function checkedQueue(queue: string): string {
  if (!QUEUE.test(queue)) throw new BadOptions(`the queue '${queue}' must be 1 to 200 of A-Z a-z 0-9 . _ : # -`);
  return queue;
}

function checkedPrefetch(prefetch: string): number {
  const count = /^\d{1,4}$/.test(prefetch) ? Number(prefetch) : 0;
  if (count < 1 || count > 1_000) throw new BadOptions('--prefetch must be a whole number from 1 to 1000');
  return count;
}

/** https://no-color.org */
function coloursOf({ NO_COLOR: never, FORCE_COLOR: always }: Environment): boolean | null {
  if (never) return false;
  return always && always !== '0' ? true : null;
}

/** What is wrong is told without the value: it may hold a password. */
function checkedUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'amqp:' && protocol !== 'amqps:') throw new BadOptions('the URL must be amqp:// or amqps://');
  return url;
}

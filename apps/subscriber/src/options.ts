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
export class InvalidOptionsError extends Error {}

const DEFAULT_URL = 'amqp://guest:guest@127.0.0.1:5672';
const ROUTING_KEY_WORD = /^[A-Za-z0-9_-]+$/;
const MAX_ROUTING_KEY_LENGTH = 255;
const QUEUE_NAME = /^(?!amq\.)[A-Za-z0-9._:#-]{1,200}$/;

/** @throws BadOptions */
export function readOptions(args: readonly string[], env: Environment): Options {
  const { type = [], queue, prefetch = '50', json = false, url, help = false } = parseOptionArgs(args);
  const patterns = type.length > 0 ? type.map(toBindingPattern) : ['#'];
  return {
    patterns,
    queue: validateQueue(
      queue ?? env['SUBSCRIBER_QUEUE'] ?? ['foyer.subscriber', ...type.map(queueSuffixOf)].join('.'),
    ),
    prefetch: parsePrefetch(prefetch),
    json,
    colours: colourModeOf(env),
    help,
    url: validateUrl(url ?? env['RABBITMQ_URL'] ?? DEFAULT_URL),
  };
}

function parseOptionArgs(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const type = { ...string, multiple: true } as const;
  const options = { type, queue: string, prefetch: string, json: boolean, url: string, help: boolean } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new InvalidOptionsError((error as Error).message);
  }
}

/** `customer.*` is everything that starts so, however many words follow: AMQP spells that `customer.#`. */
function toBindingPattern(type: string): string {
  const words = type.split('.');
  const last = words.pop() ?? '';
  const isValid = words.every((word) => ROUTING_KEY_WORD.test(word)) && (last === '*' || ROUTING_KEY_WORD.test(last));
  if (!isValid || type.length > MAX_ROUTING_KEY_LENGTH) {
    throw new InvalidOptionsError(`--type '${type}' is no event type: words between dots, the last one may be *`);
  }
  return [...words, last === '*' ? '#' : last].join('.');
}

/** Other types are another queue: a durable one keeps the bindings it ever had. */
const queueSuffixOf = (type: string): string => type.replace(/\.?\*$/, '') || 'all';

function validateQueue(queue: string): string {
  if (!QUEUE_NAME.test(queue))
    throw new InvalidOptionsError(`the queue '${queue}' must be 1 to 200 of A-Z a-z 0-9 . _ : # -`);
  return queue;
}

function parsePrefetch(prefetch: string): number {
  const count = /^\d{1,4}$/.test(prefetch) ? Number(prefetch) : 0;
  if (count < 1 || count > 1_000) throw new InvalidOptionsError('--prefetch must be a whole number from 1 to 1000');
  return count;
}

/** https://no-color.org */
function colourModeOf({ NO_COLOR: never, FORCE_COLOR: always }: Environment): boolean | null {
  if (never) return false;
  return always && always !== '0' ? true : null;
}

/** What is wrong is told without the value: it may hold a password. */
function validateUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'amqp:' && protocol !== 'amqps:')
    throw new InvalidOptionsError('the URL must be amqp:// or amqps://');
  return url;
}

import { existsSync, readFileSync } from 'node:fs';
import { parseArgs, parseEnv } from 'node:util';

export const USAGE = `Prints the events of Foyer as they come.

Usage: node dist/apps/subscriber/src/main.js [options]

  --type <type>   only events of this type, 'customer.created.v1', or that start so, 'customer.*'; may be repeated
  --json          one line of JSON per event
  --url <url>     the broker, amqp://user:password@host:port/vhost
                  (default: RABBITMQ_URL of the environment or of .env, else amqp://guest:guest@127.0.0.1:5672)
  --help          this text
`;

export interface Options {
  /** Topic patterns to bind. */
  readonly patterns: readonly string[];
  readonly json: boolean;
  readonly url: string;
  readonly help: boolean;
}

/** Told to whoever typed the options. */
export class BadOptions extends Error {}

const FALLBACK_URL = 'amqp://guest:guest@127.0.0.1:5672';
const WORD = /^[A-Za-z0-9_-]+$/;
const LONGEST_KEY = 255;

/** @throws BadOptions */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { type = [], json = false, url, help = false } = parse(args);
  const patterns = type.length > 0 ? type.map(patternOf) : ['#'];
  return { patterns, json, help, url: checkedUrl(url ?? env['RABBITMQ_URL'] ?? FALLBACK_URL) };
}

/** The process environment over `.env`; what is empty is unset. */
export function readEnvironment(file = '.env'): Readonly<Record<string, string | undefined>> {
  const fromFile = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const set = (values: object) => Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ''));
  return { ...set(fromFile), ...set(process.env) };
}

function parse(args: readonly string[]) {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const options = { type: { ...string, multiple: true }, json: boolean, url: string, help: boolean } as const;
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

/** What is wrong is told without the value: it may hold a password. */
function checkedUrl(url: string): string {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'amqp:' && protocol !== 'amqps:') throw new BadOptions('the URL must be amqp:// or amqps://');
  return url;
}

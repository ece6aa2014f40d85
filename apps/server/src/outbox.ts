import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { isUuid } from '#kernel';
import { Backlog, OutboxDesk } from '#messaging';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { AppModule } from './app.module.js';
import { openFoundations } from './foundations.js';

const USAGE = `make outbox                                                    what waits for each publisher, and what is parked
make outbox ARGS="retry --publisher p [--event id]"            try parked events again
make outbox ARGS="skip --publisher p --event id"               this publisher never gets this event; those behind it go on
make outbox ARGS="replay --publisher p [--type 'customer.*'] [--since 2026-11-20T09:00Z] [--until …]"
                                                               give it again what it took in the last 14 days`;

const OPTIONS = {
  publisher: { type: 'string' },
  event: { type: 'string' },
  type: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
} as const;

class Misused extends Error {}

type Asked = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;
interface Counter {
  readonly desk: OutboxDesk;
  readonly backlog: Backlog;
  /** Those that are configured. */
  readonly publishers: readonly string[];
}

const COMMANDS: Readonly<Record<string, (asked: Asked, counter: Counter) => Promise<string>>> = {
  async list(_, { desk, backlog }) {
    const waiting = (await backlog.read()).map(
      (of) =>
        `${of.publisher}: ${of.depth} wait, the oldest for ${Math.round(of.oldestSeconds)} s, ${of.parked} parked`,
    );
    const parked = (await desk.parked()).map(
      (of) =>
        `  ${of.event}  ${of.type}  ${of.publisher}  since ${of.parkedAt.toISOString()}  holds ${of.held}\n    ${of.reason}`,
    );
    return [...(waiting.length > 0 ? waiting : ['nothing waits']), ...parked].join('\n');
  },
  async retry(asked, { desk }) {
    const event = asked.event === undefined ? undefined : uuid(asked.event);
    return `${await desk.retry(needed(asked, 'publisher'), event)} will be tried again`;
  },
  async skip(asked, { desk }) {
    const [publisher, event] = [needed(asked, 'publisher'), uuid(needed(asked, 'event'))];
    if (!(await desk.skip(publisher, event))) throw new Misused(`${event} is not parked on ${publisher}`);
    return `${publisher} will not get ${event}`;
  },
  async replay(asked, { desk, publishers }) {
    const publisher = needed(asked, 'publisher');
    if (!publishers.includes(publisher)) throw new Misused(`${publisher} is not in EVENT_PUBLISHERS`);
    if (asked.type !== undefined && !/^[a-z0-9_.]*\*?$/.test(asked.type)) {
      throw new Misused("--type takes a type, or the beginning of one and *: 'customer.*'");
    }
    const past = { type: asked.type, since: moment(asked.since), until: moment(asked.until) };
    if (Object.values(past).every((one) => one === undefined))
      throw new Misused('--type, --since or --until is missing');
    return `${publisher} gets ${await desk.replay(publisher, past)} events again`;
  },
};

function needed(asked: Asked, name: keyof Asked): string {
  const value = asked[name];
  if (!value) throw new Misused(`--${name} is missing\n${USAGE}`);
  return value;
}

function uuid(text: string): string {
  if (!isUuid(text)) throw new Misused('--event takes the id of an event');
  return text;
}

function moment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Misused(`${text} is no time such as 2026-11-20T09:00Z`);
  return date;
}

/** `make outbox ARGS=…`: what an operator sees and decides about events that wait. */
async function main(args: readonly string[]): Promise<void> {
  const [asked, command] = read(args);
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const foundations = await openFoundations(settings, { beside: true });
  const app = await NestFactory.createApplicationContext(AppModule.on(foundations), {
    logger: false,
    abortOnError: false,
  });
  try {
    const counter = { desk: app.get(OutboxDesk), backlog: app.get(Backlog), publishers: settings.eventPublishers };
    console.log(await command(asked, counter));
  } finally {
    await app.close();
    await foundations.close();
  }
}

function read(args: readonly string[]): [Asked, (asked: Asked, counter: Counter) => Promise<string>] {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    const command = COMMANDS[positionals[0] ?? 'list'];
    if (command && positionals.length <= 1) return [values, command];
  } catch {
    // An option that does not exist.
  }
  throw new Misused(USAGE);
}

await main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof BadConfiguration || error instanceof Misused ? error.message : error);
    process.exit(1);
  },
);

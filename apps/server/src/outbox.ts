import 'reflect-metadata';
import { isUuid } from '#kernel';
import { OutboxBacklog, OutboxAdmin } from '#messaging';
import { besideTheProgram } from './beside.js';
import { fail, Refusal, readArguments } from './command.js';

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

type Asked = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;
interface Counter {
  readonly desk: OutboxAdmin;
  readonly backlog: OutboxBacklog;
  /** Those that are configured. */
  readonly publishers: readonly string[];
}

const COMMANDS: Readonly<Record<string, (asked: Asked, counter: Counter) => Promise<string>>> = {
  async list(_, { desk, backlog }) {
    const waiting = (await backlog.readByPublisher()).map(
      (of) =>
        `${of.publisher}: ${of.depth} wait, the oldest for ${Math.round(of.oldestSeconds)} s, ${of.parked} parked`,
    );
    const parked = (await desk.listParked()).map(
      (of) =>
        `  ${of.event}  ${of.type}  ${of.publisher}  since ${of.parkedAt.toISOString()}  holds ${of.held}\n    ${of.reason}`,
    );
    return [...(waiting.length > 0 ? waiting : ['nothing waits']), ...parked].join('\n');
  },
  async retry(asked, counter) {
    const event = asked.event === undefined ? undefined : uuid(asked.event);
    return `${await counter.desk.retryParked(publisherOf(asked, counter), event)} will be tried again`;
  },
  async skip(asked, { desk }) {
    const [publisher, event] = [needed(asked, 'publisher'), uuid(needed(asked, 'event'))];
    if (!(await desk.skipParked(publisher, event))) throw new Refusal(`${event} is not parked on ${publisher}`);
    return `${publisher} will not get ${event}`;
  },
  async replay(asked, counter) {
    const publisher = publisherOf(asked, counter);
    if (asked.type !== undefined && !/^[a-z0-9_.]*\*?$/.test(asked.type)) {
      throw new Refusal("--type takes a type, or the beginning of one and *: 'customer.*'");
    }
    const past = { type: asked.type, since: moment(asked.since), until: moment(asked.until) };
    if (Object.values(past).every((one) => one === undefined))
      throw new Refusal('--type, --since or --until is missing');
    return `${publisher} gets ${await counter.desk.replayEvents(publisher, past)} events again`;
  },
};

function needed(asked: Asked, name: keyof Asked): string {
  const value = asked[name];
  if (!value) throw new Refusal(`--${name} is missing\n${USAGE}`);
  return value;
}

/** Who left the setting gets nothing any more; who was never in it is a typing error. */
function publisherOf(asked: Asked, { publishers }: Counter): string {
  const publisher = needed(asked, 'publisher');
  if (!publishers.includes(publisher)) throw new Refusal(`${publisher} is not in EVENT_PUBLISHERS`);
  return publisher;
}

function uuid(text: string): string {
  if (!isUuid(text)) throw new Refusal('--event takes the id of an event');
  return text;
}

function moment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new Refusal(`${text} is no time such as 2026-11-20T09:00Z`);
  return date;
}

/** `make outbox ARGS=…`: what an operator sees and decides about events that wait. */
async function main(): Promise<void> {
  const { values, positionals } = readArguments(USAGE, OPTIONS, 1);
  const command = COMMANDS[positionals[0] ?? 'list'];
  if (!command) throw new Refusal(USAGE);
  await besideTheProgram(async (app, settings) => {
    const counter = { desk: app.get(OutboxAdmin), backlog: app.get(OutboxBacklog), publishers: settings.eventPublishers };
    console.log(await command(values, counter));
  });
}

await main().then(
  () => process.exit(0),
  (error: unknown) => fail(error),
);

import 'reflect-metadata';
import { isUuid } from '#kernel';
import { OutboxAdmin, OutboxBacklog } from '#messaging';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';
import { withCliContext } from './cli-context.js';

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

type OutboxArguments = Readonly<Partial<Record<keyof typeof OPTIONS, string>>>;
interface OutboxContext {
  readonly outboxAdmin: OutboxAdmin;
  readonly backlog: OutboxBacklog;
  /** Those that are configured. */
  readonly publishers: readonly string[];
}

const COMMANDS: Readonly<Record<string, (args: OutboxArguments, context: OutboxContext) => Promise<string>>> = {
  async list(_, { outboxAdmin, backlog }) {
    const waiting = (await backlog.readByPublisher()).map(
      (entry) =>
        `${entry.publisher}: ${entry.depth} wait, the oldest for ${Math.round(entry.oldestSeconds)} s, ${entry.parked} parked`,
    );
    const parked = (await outboxAdmin.listParked()).map(
      (entry) =>
        `  ${entry.event}  ${entry.type}  ${entry.publisher}  since ${entry.parkedAt.toISOString()}  holds ${entry.held}\n    ${entry.reason}`,
    );
    return [...(waiting.length > 0 ? waiting : ['nothing waits']), ...parked].join('\n');
  },
  async retry(args, context) {
    const event = args.event === undefined ? undefined : parseEventId(args.event);
    return `${await context.outboxAdmin.retryParked(requirePublisher(args, context), event)} will be tried again`;
  },
  async skip(args, { outboxAdmin }) {
    const [publisher, event] = [requireArgument(args, 'publisher'), parseEventId(requireArgument(args, 'event'))];
    if (!(await outboxAdmin.skipParked(publisher, event)))
      throw new OperatorError(`${event} is not parked on ${publisher}`);
    return `${publisher} will not get ${event}`;
  },
  async replay(args, context) {
    const publisher = requirePublisher(args, context);
    if (args.type !== undefined && !/^[a-z0-9_.]*\*?$/.test(args.type)) {
      throw new OperatorError("--type takes a type, or the beginning of one and *: 'customer.*'");
    }
    const filter = { type: args.type, since: parseTime(args.since), until: parseTime(args.until) };
    if (Object.values(filter).every((one) => one === undefined))
      throw new OperatorError('--type, --since or --until is missing');
    return `${publisher} gets ${await context.outboxAdmin.replayEvents(publisher, filter)} events again`;
  },
};

function requireArgument(args: OutboxArguments, name: keyof OutboxArguments): string {
  const value = args[name];
  if (!value) throw new OperatorError(`--${name} is missing\n${USAGE}`);
  return value;
}

/** Who left the setting gets nothing any more; who was never in it is a typing error. */
function requirePublisher(args: OutboxArguments, { publishers }: OutboxContext): string {
  const publisher = requireArgument(args, 'publisher');
  if (!publishers.includes(publisher)) throw new OperatorError(`${publisher} is not in EVENT_PUBLISHERS`);
  return publisher;
}

function parseEventId(text: string): string {
  if (!isUuid(text)) throw new OperatorError('--event takes the id of an event');
  return text;
}

function parseTime(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new OperatorError(`${text} is no time such as 2026-11-20T09:00Z`);
  return date;
}

/** `make outbox ARGS=…`: what an operator sees and decides about events that wait. */
async function main(): Promise<void> {
  const { values, positionals } = parseArguments(USAGE, OPTIONS, 1);
  const command = COMMANDS[positionals[0] ?? 'list'];
  if (!command) throw new OperatorError(USAGE);
  await withCliContext(async (app, settings) => {
    const context = {
      outboxAdmin: app.get(OutboxAdmin),
      backlog: app.get(OutboxBacklog),
      publishers: settings.eventPublishers,
    };
    console.log(await command(values, context));
  });
}

await main().then(
  () => process.exit(0),
  (error: unknown) => exitWithError(error),
);

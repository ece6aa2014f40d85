import {
  type DeadLetter,
  type DeadLetterQueueRef,
  type DeadLetters,
  openDeadLetters,
  subscriberQueueName,
} from '#messaging';
import { parseSettings, readEnvironment } from '#platform/config';
import { registrationConsumers } from '#registration/module';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';

const USAGE = `make dlq                                                how many events each subscriber could not handle
make dlq ARGS="list --of subscriber"                    which they are, and why
make dlq ARGS="show --of subscriber --message id"       one of them as it came; it may hold personal data
make dlq ARGS="replay --of subscriber --message id"     back to its subscriber, under the same message id; --all for every one
make dlq ARGS="drop --of subscriber --message id"       gone for good; --all for every one
  --at rabbitmq, kafka or servicebus                    when EVENT_SOURCES names several`;

const CONSUMERS = registrationConsumers;
const OPTIONS = {
  of: { type: 'string' },
  at: { type: 'string' },
  message: { type: 'string' },
  all: { type: 'boolean' },
} as const;

interface DeadLetterArguments {
  readonly of?: string | undefined;
  readonly at?: string | undefined;
  readonly message?: string | undefined;
  readonly all?: boolean | undefined;
}

/** By the name of their source. */
type DeadLettersBySource = ReadonlyMap<string, DeadLetters>;

const COMMANDS: Readonly<
  Record<string, (deadLetters: DeadLettersBySource, args: DeadLetterArguments) => Promise<string>>
> = {
  async count(deadLetters) {
    const lines = [...deadLetters].flatMap(([source, letters]) =>
      CONSUMERS.map(async ({ name, arrival }) => {
        const found = await letters.list({ queue: subscriberQueueName(name), arrival });
        return `${name}${deadLetters.size > 1 ? ` at ${source}` : ''}: ${found.length}`;
      }),
    );
    return (await Promise.all(lines)).join('\n');
  },
  async list(deadLetters, args) {
    const found = await requireDeadLetters(deadLetters, args).list(requirePlace(args));
    return found.map((one) => `${one.id}  ${one.deadAt || '-'}  ${one.reason}  ${one.detail}`).join('\n') || 'none';
  },
  async show(deadLetters, args) {
    const matches = toLetterFilter({ message: args.message });
    const found = (await requireDeadLetters(deadLetters, args).list(requirePlace(args))).find(matches);
    if (!found) throw new OperatorError(`${args.message} is not there`);
    return found.body.toString('utf8');
  },
  async replay(deadLetters, args) {
    return `${await requireDeadLetters(deadLetters, args).replay(requirePlace(args), toLetterFilter(args))} sent back`;
  },
  async drop(deadLetters, args) {
    return `${await requireDeadLetters(deadLetters, args).drop(requirePlace(args), toLetterFilter(args))} dropped`;
  },
};

function requireDeadLetters(deadLetters: DeadLettersBySource, { at }: DeadLetterArguments): DeadLetters {
  const names = [...deadLetters.keys()];
  const letters = deadLetters.get(at ?? (names.length === 1 ? (names[0] ?? '') : ''));
  if (letters) return letters;
  throw new OperatorError(`--at takes one of ${names.join(', ')}\n${USAGE}`);
}

function requirePlace({ of }: DeadLetterArguments): DeadLetterQueueRef {
  const found = CONSUMERS.find(({ name }) => name === of);
  if (found) return { queue: subscriberQueueName(found.name), arrival: found.arrival };
  throw new OperatorError(`--of takes one of ${CONSUMERS.map(({ name }) => name).join(', ')}\n${USAGE}`);
}

function toLetterFilter({ message, all = false }: DeadLetterArguments): (letter: DeadLetter) => boolean {
  if ((message === undefined) === !all) throw new OperatorError(`either --message or --all\n${USAGE}`);
  return ({ id }) => all || id === message;
}

/** What the broker says, or the way to it, is no fault of ours: its sentence is enough. */
function throwBrokerMessage(error: unknown): never {
  throw error instanceof OperatorError ? error : new OperatorError(String(error));
}

/** Asks the brokers only: it works while the database is away. */
async function main(): Promise<void> {
  const { positionals, values } = parseArguments(USAGE, OPTIONS, 1);
  const command = COMMANDS[positionals[0] ?? 'count'];
  if (!command) throw new OperatorError(USAGE);
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const deadLetters = new Map<string, DeadLetters>();
  for (const source of settings.eventSources) {
    const letters = openDeadLetters(source, settings);
    if (letters) deadLetters.set(source, letters);
  }
  if (deadLetters.size === 0)
    throw new OperatorError('events are heard in memory only: there dead letters are only logged');
  try {
    console.log(await command(deadLetters, values).catch(throwBrokerMessage));
  } finally {
    await Promise.all([...deadLetters.values()].map((letters) => letters.close()));
  }
}

await main().then(
  () => process.exit(0),
  (error: unknown) => exitWithError(error),
);

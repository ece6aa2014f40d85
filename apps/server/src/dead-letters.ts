import { type DeadLetter, type DeadLetterQueueRef, type DeadLetters, openDeadLetters, subscriberQueueName } from '#messaging';
import { parseSettings, readEnvironment } from '#platform/config';
import { registrationConsumers } from '#registration/module';
import { fail, Refusal, readArguments } from './command.js';

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

interface Asked {
  readonly of?: string | undefined;
  readonly at?: string | undefined;
  readonly message?: string | undefined;
  readonly all?: boolean | undefined;
}

/** By the name of their source. */
type Shelves = ReadonlyMap<string, DeadLetters>;

const COMMANDS: Readonly<Record<string, (shelves: Shelves, asked: Asked) => Promise<string>>> = {
  async count(shelves) {
    const lines = [...shelves].flatMap(([source, letters]) =>
      CONSUMERS.map(async ({ name, arrival }) => {
        const found = await letters.list({ queue: subscriberQueueName(name), arrival });
        return `${name}${shelves.size > 1 ? ` at ${source}` : ''}: ${found.length}`;
      }),
    );
    return (await Promise.all(lines)).join('\n');
  },
  async list(shelves, asked) {
    const found = await shelfAsked(shelves, asked).list(placeAsked(asked));
    return found.map((one) => `${one.id}  ${one.deadAt || '-'}  ${one.reason}  ${one.detail}`).join('\n') || 'none';
  },
  async show(shelves, asked) {
    const wanted = chosen({ message: asked.message });
    const found = (await shelfAsked(shelves, asked).list(placeAsked(asked))).find(wanted);
    if (!found) throw new Refusal(`${asked.message} is not there`);
    return found.body.toString('utf8');
  },
  async replay(shelves, asked) {
    return `${await shelfAsked(shelves, asked).replay(placeAsked(asked), chosen(asked))} sent back`;
  },
  async drop(shelves, asked) {
    return `${await shelfAsked(shelves, asked).drop(placeAsked(asked), chosen(asked))} dropped`;
  },
};

function shelfAsked(shelves: Shelves, { at }: Asked): DeadLetters {
  const names = [...shelves.keys()];
  const letters = shelves.get(at ?? (names.length === 1 ? (names[0] ?? '') : ''));
  if (letters) return letters;
  throw new Refusal(`--at takes one of ${names.join(', ')}\n${USAGE}`);
}

function placeAsked({ of }: Asked): DeadLetterQueueRef {
  const found = CONSUMERS.find(({ name }) => name === of);
  if (found) return { queue: subscriberQueueName(found.name), arrival: found.arrival };
  throw new Refusal(`--of takes one of ${CONSUMERS.map(({ name }) => name).join(', ')}\n${USAGE}`);
}

function chosen({ message, all = false }: Asked): (letter: DeadLetter) => boolean {
  if ((message === undefined) === !all) throw new Refusal(`either --message or --all\n${USAGE}`);
  return ({ id }) => all || id === message;
}

/** What the broker says, or the way to it, is no fault of ours: its sentence is enough. */
function inAWord(error: unknown): never {
  throw error instanceof Refusal ? error : new Refusal(String(error));
}

/** Asks the brokers only: it works while the database is away. */
async function main(): Promise<void> {
  const { positionals, values } = readArguments(USAGE, OPTIONS, 1);
  const command = COMMANDS[positionals[0] ?? 'count'];
  if (!command) throw new Refusal(USAGE);
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const shelves = new Map<string, DeadLetters>();
  for (const source of settings.eventSources) {
    const letters = openDeadLetters(source, settings);
    if (letters) shelves.set(source, letters);
  }
  if (shelves.size === 0) throw new Refusal('events are heard in memory only: there dead letters are only logged');
  try {
    console.log(await command(shelves, values).catch(inAWord));
  } finally {
    await Promise.all([...shelves.values()].map((letters) => letters.close()));
  }
}

await main().then(
  () => process.exit(0),
  (error: unknown) => fail(error),
);

import { type DeadLetter, DeadLetters, queueOf } from '#messaging';
import { parseSettings, readEnvironment } from '#platform';
import { registrationConsumers } from '#registration/module';
import { fail, Refusal, readArguments } from './command.js';

const USAGE = `make dlq                                                how many events each subscriber could not handle
make dlq ARGS="list --of subscriber"                    which they are, and why
make dlq ARGS="show --of subscriber --message id"       one of them as it came; it may hold personal data
make dlq ARGS="replay --of subscriber --message id"     back to its subscriber, under the same message id; --all for every one
make dlq ARGS="drop --of subscriber --message id"       gone for good; --all for every one`;

const CONSUMERS = registrationConsumers;
const OPTIONS = { of: { type: 'string' }, message: { type: 'string' }, all: { type: 'boolean' } } as const;

interface Asked {
  readonly of?: string | undefined;
  readonly message?: string | undefined;
  readonly all?: boolean | undefined;
}

const COMMANDS: Readonly<Record<string, (letters: DeadLetters, asked: Asked) => Promise<string>>> = {
  async count(letters) {
    const lines = CONSUMERS.map(async (of) => `${of}: ${(await letters.list(queueOf(of))).length}`);
    return (await Promise.all(lines)).join('\n');
  },
  async list(letters, asked) {
    const found = await letters.list(queueAsked(asked));
    return found.map((one) => `${one.id}  ${one.deadAt || '-'}  ${one.reason}  ${one.detail}`).join('\n') || 'none';
  },
  async show(letters, asked) {
    const wanted = chosen({ message: asked.message });
    const found = (await letters.list(queueAsked(asked))).find(wanted);
    if (!found) throw new Refusal(`${asked.message} is not there`);
    return found.body.toString('utf8');
  },
  async replay(letters, asked) {
    return `${await letters.replay(queueAsked(asked), chosen(asked))} sent back`;
  },
  async drop(letters, asked) {
    return `${await letters.drop(queueAsked(asked), chosen(asked))} dropped`;
  },
};

function queueAsked({ of }: Asked): string {
  if (of !== undefined && CONSUMERS.includes(of)) return queueOf(of);
  throw new Refusal(`--of takes one of ${CONSUMERS.join(', ')}\n${USAGE}`);
}

function chosen({ message, all = false }: Asked): (letter: DeadLetter) => boolean {
  if ((message === undefined) === !all) throw new Refusal(`either --message or --all\n${USAGE}`);
  return ({ id }) => all || id === message;
}

/** What the broker says, or the way to it, is no fault of ours: its sentence is enough. */
function inAWord(error: unknown): never {
  throw error instanceof Refusal ? error : new Refusal(String(error));
}

/** Asks the broker only: it works while the database is away. */
async function main(): Promise<void> {
  const { positionals, values } = readArguments(USAGE, OPTIONS, 1);
  const command = COMMANDS[positionals[0] ?? 'count'];
  if (!command) throw new Refusal(USAGE);
  const { rabbitmqUrl } = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  if (rabbitmqUrl === undefined) throw new Refusal('RABBITMQ_URL is not set: in memory dead letters are only logged');
  const letters = new DeadLetters(rabbitmqUrl);
  try {
    console.log(await command(letters, values).catch(inAWord));
  } finally {
    await letters.close();
  }
}

await main().then(
  () => process.exit(0),
  (error: unknown) => fail(error),
);

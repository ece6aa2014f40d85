import type { ConsumeMessage } from 'amqplib';
import { type CloudEvent, readCloudEvent } from './cloud-event.js';
import { BadOptions, type Options, readEnvironment, readOptions, USAGE } from './options.js';
import { asJson, readable } from './print.js';
import { subscribe } from './subscribe.js';

const STOP_WITHIN_MS = 8_000;
const EXIT_USAGE = 2;

const tell = (words: string): void => void process.stderr.write(`${words}\n`);

function options(): Options {
  try {
    return readOptions(process.argv.slice(2), readEnvironment());
  } catch (error) {
    if (!(error instanceof BadOptions)) throw error;
    tell(`${error.message}\n\n${USAGE}`);
    process.exit(EXIT_USAGE);
  }
}

const write = (words: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(words, () => resolve());
  });

/** Something else on the exchange is told and passed over: it would come back for ever. */
async function print(message: ConsumeMessage, format: (event: CloudEvent) => string): Promise<void> {
  let event: CloudEvent;
  try {
    event = readCloudEvent(message.content);
  } catch {
    return tell(
      `passed over a message that is no CloudEvent (routing key ${JSON.stringify(message.fields.routingKey)})`,
    );
  }
  await write(format(event));
}

const { help, json, patterns, url } = options();
if (help) {
  await write(USAGE);
} else {
  const format = json ? asJson : readable(process.stdout.isTTY && process.stdout.hasColors());
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Whoever read our output has gone: `… | head`.
  process.stdout.on('error', () => process.exit(0));
  stop.signal.addEventListener('abort', () => setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref());
  await subscribe({ url, patterns, tell, handle: (message) => print(message, format) }, stop.signal);
}

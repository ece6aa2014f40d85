import type { ConsumeMessage } from 'amqplib';
import { type CloudEvent, readCloudEvent } from './cloud-event.js';
import { readEnvironment } from './environment.js';
import { BadOptions, type Options, readOptions, USAGE } from './options.js';
import { asJson, readable } from './print.js';
import { Seen } from './seen.js';
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

const seen = new Seen();

/** What was printed already is passed over; what is no CloudEvent is told, and goes to the dead letters. */
async function print(message: ConsumeMessage, format: (event: CloudEvent) => string): Promise<void> {
  const event = read(message);
  if (seen.has(event.id)) return;
  await write(format(event));
  seen.add(event.id);
}

function read(message: ConsumeMessage): CloudEvent {
  try {
    return readCloudEvent(message.content);
  } catch (error) {
    tell(`no CloudEvent, to the dead letters (routing key ${JSON.stringify(message.fields.routingKey)})`);
    throw error;
  }
}

const { help, json, colours, ...where } = options();
if (help) {
  await write(USAGE);
} else {
  const format = json ? asJson : readable(colours ?? (process.stdout.isTTY && process.stdout.hasColors()));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Whoever read our output has gone: `… | head`.
  process.stdout.on('error', () => process.exit(0));
  stop.signal.addEventListener('abort', () => setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref());
  await subscribe({ ...where, tell, handle: (message) => print(message, format) }, stop.signal);
}

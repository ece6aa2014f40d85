import type { ConsumeMessage } from 'amqplib';
import { type CloudEvent, readCloudEvent } from './cloud-event.js';
import { readEnvironment } from './environment.js';
import { createTextFormatter, formatJson } from './event-formatter.js';
import { InvalidOptionsError, type Options, readOptions, USAGE } from './options.js';
import { RecentIds } from './recent-ids.js';
import { subscribe } from './subscribe.js';

const STOP_WITHIN_MS = 8_000;
const EXIT_USAGE = 2;

const printStatus = (words: string): void => void process.stderr.write(`${words}\n`);

function readOptionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2), readEnvironment());
  } catch (error) {
    if (!(error instanceof InvalidOptionsError)) throw error;
    printStatus(`${error.message}\n\n${USAGE}`);
    process.exit(EXIT_USAGE);
  }
}

const writeToStdout = (words: string): Promise<void> =>
  new Promise((resolve) => {
    process.stdout.write(words, () => resolve());
  });

const recentIds = new RecentIds();

/** What was printed already is passed over; what is no CloudEvent is told, and goes to the dead letters. */
async function printEvent(message: ConsumeMessage, format: (event: CloudEvent) => string): Promise<void> {
  const event = parseEvent(message);
  if (recentIds.has(event.id)) return;
  await writeToStdout(format(event));
  recentIds.add(event.id);
}

function parseEvent(message: ConsumeMessage): CloudEvent {
  try {
    return readCloudEvent(message.content);
  } catch (error) {
    printStatus(`no CloudEvent, to the dead letters (routing key ${JSON.stringify(message.fields.routingKey)})`);
    throw error;
  }
}

const { help, json, colours, ...subscription } = readOptionsOrExit();
if (help) {
  await writeToStdout(USAGE);
} else {
  const format = json
    ? formatJson
    : createTextFormatter(colours ?? (process.stdout.isTTY && process.stdout.hasColors()));
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  // Whoever read our output has gone: `… | head`.
  process.stdout.on('error', () => process.exit(0));
  stop.signal.addEventListener('abort', () => setTimeout(() => process.exit(1), STOP_WITHIN_MS).unref());
  await subscribe(
    { ...subscription, reportStatus: printStatus, handle: (message) => printEvent(message, format) },
    stop.signal,
  );
}

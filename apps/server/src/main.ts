import 'reflect-metadata';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { openFoundations } from './foundations.js';
import { serve, stop } from './server.js';
import { greet } from './welcome.js';

const HARD_STOP_MS = 25_000;

async function main(): Promise<void> {
  const settings = parseSettings(readEnvironment());
  const foundations = await openFoundations(settings);
  const app = await serve(foundations).catch(async (error: unknown) => {
    await foundations.close();
    throw error;
  });
  foundations.log.info({ run: settings.run, milliseconds: Math.round(performance.now()) }, 'ready');
  if (process.stdout.isTTY) greet(settings);
  let stopping = false;
  const shutDown = async (): Promise<void> => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), HARD_STOP_MS).unref();
    await stop(app);
    await foundations.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void shutDown().catch(fail));
}

function fail(error: unknown): never {
  console.error(error instanceof BadConfiguration ? error.message : error);
  process.exit(1);
}

await main().catch(fail);

import 'reflect-metadata';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { openFoundations } from './foundations.js';
import { serve, stop } from './server.js';
import { stopSignal } from './stop-signal.js';
import { greet } from './welcome.js';

async function main(): Promise<void> {
  const asked = stopSignal();
  const settings = parseSettings(readEnvironment());
  const foundations = await openFoundations(settings);
  const app = await serve(foundations).catch(async (error: unknown) => {
    await foundations.close();
    throw error;
  });
  foundations.log.info({ run: settings.run, milliseconds: Math.round(performance.now()) }, 'ready');
  if (process.stdout.isTTY) greet(settings);
  // Ctrl-C is somebody at a terminal: no balancer has to look elsewhere first.
  await stop(app, foundations, (await asked) === 'SIGTERM' ? settings.preStopMs : 0);
  await foundations.close();
  process.exit(0);
}

function fail(error: unknown): never {
  console.error(error instanceof BadConfiguration ? error.message : error);
  process.exit(1);
}

await main().catch(fail);

import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { parseSettings, readEnvironment } from '#platform/config';
import { fail, readArguments } from './command.js';
import { appointFirstAdmin } from './first-admin.js';
import { openFoundations } from './foundations.js';
import { serve, stop } from './server.js';
import { stopSignal } from './stop-signal.js';
import { greet } from './welcome.js';

async function main(): Promise<void> {
  const asked = stopSignal();
  readArguments('It takes no arguments: what it does is set in the environment or in .env, see .env.example', {}, 0);
  const settings = parseSettings(readEnvironment());
  const foundations = await openFoundations(settings);
  let admin: string | undefined;
  const appointAdmin = async (app: INestApplicationContext): Promise<void> => {
    admin = await appointFirstAdmin(app, settings);
  };
  const app = await serve(foundations, appointAdmin).catch(async (error: unknown) => {
    await foundations.close();
    throw error;
  });
  foundations.log.info({ run: settings.run, milliseconds: Math.round(performance.now()) }, 'ready');
  if (process.stdout.isTTY) greet(settings, admin);
  const early = await Promise.race([asked, setImmediate()]);
  // No balancer has to look elsewhere first: none has seen it ready yet, or Ctrl-C is somebody at a terminal.
  const pauseMs = early === undefined && (await asked) === 'SIGTERM' ? settings.preStopMs : 0;
  await stop(app, foundations, pauseMs);
  await foundations.close();
  process.exit(0);
}

await main().catch((error: unknown) => fail(error));

import 'reflect-metadata';
import { setImmediate } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { parseSettings, readEnvironment } from '#platform/config';
import { printBanner } from './banner.js';
import { exitWithError, parseArguments } from './cli-command.js';
import { appointFirstAdmin } from './first-admin.js';
import { openInfrastructure } from './infrastructure.js';
import { startServer, stopServer } from './server.js';
import { waitForStopSignal } from './stop-signal.js';

async function main(): Promise<void> {
  const stopRequested = waitForStopSignal();
  parseArguments('It takes no arguments: what it does is set in the environment or in .env, see .env.example', {}, 0);
  const settings = parseSettings(readEnvironment());
  const infrastructure = await openInfrastructure(settings);
  let admin: string | undefined;
  const appointAdmin = async (app: INestApplicationContext): Promise<void> => {
    admin = await appointFirstAdmin(app, settings);
  };
  const app = await startServer(infrastructure, appointAdmin).catch(async (error: unknown) => {
    await infrastructure.close();
    throw error;
  });
  infrastructure.log.info({ run: settings.run, milliseconds: Math.round(performance.now()) }, 'ready');
  if (process.stdout.isTTY) printBanner(settings, admin);
  const stoppedEarly = await Promise.race([stopRequested, setImmediate()]);
  // No balancer has to look elsewhere first: none has seen it ready yet, or Ctrl-C is somebody at a terminal.
  const pauseMs = stoppedEarly === undefined && (await stopRequested) === 'SIGTERM' ? settings.preStopMs : 0;
  await stopServer(app, infrastructure, pauseMs);
  await infrastructure.close();
  process.exit(0);
}

await main().catch((error: unknown) => exitWithError(error));

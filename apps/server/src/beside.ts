import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseSettings, readEnvironment, type Settings } from '#platform/config';
import { AppModule } from './app.module.js';
import { openFoundations } from './foundations.js';

/** Does something over the data of the program, which may run at the same time, and writes no log. */
export async function besideTheProgram(
  work: (app: INestApplicationContext, settings: Settings) => Promise<void>,
): Promise<void> {
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const foundations = await openFoundations(settings, { beside: true });
  const app = await NestFactory.createApplicationContext(AppModule.on(foundations), {
    logger: false,
    abortOnError: false,
  });
  try {
    await work(app, settings);
  } finally {
    await app.close();
    await foundations.close();
  }
}

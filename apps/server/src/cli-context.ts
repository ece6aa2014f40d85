import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseSettings, readEnvironment, type Settings } from '#platform/config';
import { AppModule } from './app.module.js';
import { openInfrastructure } from './infrastructure.js';

/** Does something over the data of the program, which may run at the same time, and writes no log. */
export async function withCliContext(
  work: (app: INestApplicationContext, settings: Settings) => Promise<void>,
): Promise<void> {
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const infrastructure = await openInfrastructure(settings, { isCli: true });
  const app = await NestFactory.createApplicationContext(AppModule.forRoot(infrastructure), {
    logger: false,
    abortOnError: false,
  });
  try {
    await work(app, settings);
  } finally {
    await app.close();
    await infrastructure.close();
  }
}

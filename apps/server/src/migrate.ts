import 'reflect-metadata';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { runMigrations, startEmbedded } from './foundations.js';

/** `make migrate`: brings the schema up to date, under a lock, and ends. */
async function main(): Promise<void> {
  const settings = parseSettings(readEnvironment());
  const embedded = settings.databaseUrl === undefined ? await startEmbedded(settings) : undefined;
  const done = await runMigrations(settings.databaseUrl ?? embedded?.url() ?? '');
  console.log(done.length === 0 ? 'the schema is up to date' : done.map((name) => `ran ${name}`).join('\n'));
  await embedded?.stop();
}

await main().catch((error: unknown) => {
  console.error(error instanceof BadConfiguration ? error.message : error);
  process.exit(1);
});

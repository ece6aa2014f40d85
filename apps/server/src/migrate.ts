import 'reflect-metadata';
import { parseSettings, readEnvironment } from '#platform/config';
import { exitWithError, parseArguments } from './cli-command.js';
import { runMigrations, startEmbeddedDatabase } from './infrastructure.js';

/** `make migrate`: brings the schema up to date, under a lock, and ends. */
async function main(): Promise<void> {
  parseArguments('make migrate takes no arguments', {}, 0);
  const settings = parseSettings(readEnvironment());
  const embedded = settings.databaseUrl === undefined ? await startEmbeddedDatabase(settings) : undefined;
  const done = await runMigrations(settings.databaseUrl ?? embedded?.url() ?? '', settings);
  console.log(done.length === 0 ? 'the schema is up to date' : done.map((name) => `ran ${name}`).join('\n'));
  await embedded?.stop();
}

await main().catch((error: unknown) => exitWithError(error));

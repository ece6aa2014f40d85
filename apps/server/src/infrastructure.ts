import path from 'node:path';
import type { DataSource } from 'typeorm';
import { hasRedis, InvalidConfiguration, loadSecrets, type Settings } from '#platform/config';
import { createDataSource, Database, migrate, readMigrationState } from '#platform/database';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#platform/embedded-postgres';
import { HealthCheckService } from '#platform/health';
import { RouteTable } from '#platform/http';
import type { Infrastructure } from '#platform/module';
import { createLog, Metrics } from '#platform/observability';
import { connectRedis } from '#platform/redis';
import { TABLES } from './app.module.js';
import { databaseConnectionError, pendingMigrationsError } from './startup-errors.js';

interface InfrastructureOptions {
  /** A command that runs beside the program on the same data folder and touches no pending attempt. */
  readonly isCli?: boolean;
}

/** What stands before the program is composed, in the order of opening; `close` goes the way back. */
export async function openInfrastructure(
  settings: Settings,
  { isCli = false }: InfrastructureOptions = {},
): Promise<Infrastructure & { close(): Promise<void> }> {
  const log = createLog(settings);
  // First, because it may refuse: nothing that was started would be left behind.
  const redis = hasRedis(settings) ? await connectRedis(settings.redisUrls, log) : undefined;
  const embedded = settings.databaseUrl === undefined ? await startEmbeddedDatabase(settings) : undefined;
  const url = settings.databaseUrl ?? embedded?.url() ?? '';
  if (embedded && !isCli) await assertSingleProcess(embedded, settings);
  if (embedded) await runMigrations(url, settings);
  const source = createDataSource(url, TABLES);
  await connectDatabase(source, settings);
  if (!embedded) await assertNoPendingMigrations(source, url);
  const database = new Database(source);
  const close = async (): Promise<void> => {
    await redis?.close();
    await source.destroy();
    await embedded?.stop();
    log.flush();
  };
  return {
    settings,
    secrets: loadSecrets(settings),
    log,
    metrics: new Metrics(),
    routes: new RouteTable(),
    health: new HealthCheckService(),
    database,
    redis,
    isCli: isCli,
    close,
  };
}

/** Pending attempts of the embedded default live in one process; two would each know half of them. */
async function assertSingleProcess(embedded: EmbeddedPostgres, settings: Settings): Promise<void> {
  if (embedded.owned || hasRedis(settings)) return;
  await embedded.stop();
  throw new InvalidConfiguration([`REDIS_URL is needed: another process is running on ${settings.dataDir}`]);
}

/** @throws Refusal: with an old schema every request would fail, and nobody would know why */
async function assertNoPendingMigrations(source: DataSource, databaseUrl: string): Promise<void> {
  const state = await readMigrationState(source);
  if (state.missing > 0) throw pendingMigrationsError(state, databaseUrl);
}

/** Safe to start from many replicas at once. */
export async function runMigrations(url: string, settings: Settings): Promise<readonly string[]> {
  const migrationSource = await connectDatabase(createDataSource(url, TABLES, true), settings);
  try {
    return await migrate(migrationSource);
  } finally {
    await migrationSource.destroy();
  }
}

/** @throws BadConfiguration when it is a database of one's own, and lets nobody in */
const connectDatabase = (source: DataSource, { databaseUrl }: Settings): Promise<DataSource> =>
  source.initialize().catch((error: unknown) => {
    throw databaseUrl === undefined ? error : databaseConnectionError(error, databaseUrl);
  });

export const startEmbeddedDatabase = (settings: Settings): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir: path.join(settings.dataDir, 'postgres') });

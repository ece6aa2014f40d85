import { type DynamicModule, Global, Module, type OnApplicationShutdown } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, ModuleRef } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import {
  AfterCommit,
  AuditLog,
  AuditTrail,
  Clock,
  Counters,
  type DomainError,
  ForeignPasswords,
  HashingBusy,
  IdentifierHasher,
  Ids,
  InvalidInput,
  NewPasswords,
  PasswordHasher,
  Unavailable,
  UnitOfWork,
} from '#kernel';
import { AccessRefusals } from './audit/access-refusals.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditPurge } from './audit/audit-purge.js';
import { SqlAuditLog } from './audit/sql-audit-log.js';
import { TypeOrmAuditTrail } from './audit/typeorm-audit-trail.js';
import { choose, hasRedis } from './choose.js';
import { Secrets } from './config/secrets.js';
import { Settings } from './config/settings.js';
import { Database } from './database/database.js';
import { DatabaseAfterCommit } from './database/database-after-commit.js';
import { ValueRefused } from './database/database-errors.js';
import { hasPendingMigrations } from './database/migrate.js';
import { TypeOrmUnitOfWork } from './database/typeorm-unit-of-work.js';
import { BcryptPasswordHasher } from './hashing/bcrypt-password-hasher.js';
import { PooledForeignPasswords } from './hashing/foreign/pooled-foreign-passwords.js';
import { HashPool } from './hashing/hash-pool.js';
import { HmacIdentifierHasher } from './hashing/hmac-identifier-hasher.js';
import { PasswordPepper } from './hashing/password-pepper.js';
import { HealthController } from './health/health.controller.js';
import { Health } from './health/health.js';
import { Housekeeping } from './housekeeping/housekeeping.js';
import { AccessGuard } from './http/access.guard.js';
import { BodyGuard } from './http/body.guard.js';
import { FreshAuthentications } from './http/fresh-authentication.js';
import { PLATFORM_PROBLEMS } from './http/http-errors.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemCatalogue, ProblemsController } from './http/problems.controller.js';
import { RouteTable } from './http/route-table.js';
import { strictValidation } from './http/validation.js';
import { WellKnownController } from './http/well-known.controller.js';
import { Idempotency, KeyReused, StillRunning } from './idempotency/idempotency.js';
import { IdempotencyStore } from './idempotency/idempotency-store.js';
import { InMemoryIdempotencyStore } from './idempotency/in-memory-idempotency-store.js';
import { RedisIdempotencyStore } from './idempotency/redis-idempotency-store.js';
import { CustomerLimits } from './limits/customer-limits.js';
import { InMemoryCounters } from './limits/in-memory-counters.js';
import { RedisCounters } from './limits/redis-counters.js';
import { SourceLimited, SourceLimits } from './limits/source-limits.js';
import { NoSnapshots, Snapshots } from './memory/snapshots.js';
import { CursorNotValid } from './paging/cursors.js';
import { Pages } from './paging/pages.js';
import { CheckedNewPasswords } from './passwords/checked-new-passwords.js';
import { RedisConnection } from './redis/redis-connection.js';
import { Log } from './telemetry/logger.js';
import { Metrics } from './telemetry/metrics.js';
import { SystemClock } from './time/system-clock.js';
import { UuidV7Ids } from './time/uuid-v7-ids.js';

export { auditTables } from './audit/tables.js';

/** Migrations are a command of their own: until it has run, nothing may be sent here. Once done they stay done. */
function migrationsCheck(source: DataSource): () => Promise<void> {
  let done = false;
  return async () => {
    done ||= !(await hasPendingMigrations(source));
    if (!done) throw new Error('migrations are pending');
  };
}

/** What the program opens before it is composed, and closes last. */
export interface Foundations {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly routes: RouteTable;
  readonly health: Health;
  readonly database: Database;
  /** Absent: everything that would be in Redis stays in process. */
  readonly redis: RedisConnection | undefined;
  /** A command that runs beside the program. */
  readonly beside?: boolean;
}

/** The technical ground that every module stands on. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(private readonly modules: ModuleRef) {}

  static on(foundations: Foundations, problems: readonly DomainError[]): DynamicModule {
    const { settings, redis, database } = foundations;
    const catalogue = new ProblemCatalogue([
      ...PLATFORM_PROBLEMS,
      new SourceLimited(60),
      new HashingBusy(),
      new KeyReused(),
      new StillRunning(),
      new CursorNotValid(),
      new InvalidInput([]),
      new ValueRefused(),
      new Unavailable(),
      ...problems,
    ]);
    const ports = [
      { provide: Settings, useValue: settings },
      { provide: Secrets, useValue: foundations.secrets },
      { provide: Log, useValue: foundations.log },
      { provide: Metrics, useValue: foundations.metrics },
      { provide: RouteTable, useValue: foundations.routes },
      { provide: Health, useValue: foundations.health },
      { provide: Database, useValue: database },
      { provide: RedisConnection, useValue: redis },
      { provide: PasswordPepper, useFactory: () => new PasswordPepper(foundations.secrets.passwordPepper) },
      {
        provide: HashPool,
        useFactory: () => new HashPool({ threads: settings.hashThreads, cost: settings.bcryptCost }),
      },
      { provide: NewPasswords, useFactory: () => new CheckedNewPasswords(settings) },
      { provide: Clock, useClass: SystemClock },
      { provide: Ids, useClass: UuidV7Ids },
      { provide: IdentifierHasher, useClass: HmacIdentifierHasher },
      {
        provide: ForeignPasswords,
        inject: [HashPool],
        useFactory: (pool: HashPool) => new PooledForeignPasswords(pool),
      },
      {
        provide: PasswordHasher,
        inject: [HashPool],
        useFactory: (pool: HashPool) => new BcryptPasswordHasher(pool, settings.bcryptCost),
      },
      { provide: UnitOfWork, useClass: TypeOrmUnitOfWork },
      { provide: AfterCommit, useClass: DatabaseAfterCommit },
      { provide: AuditTrail, useClass: TypeOrmAuditTrail },
      { provide: AuditLog, useClass: SqlAuditLog },
      { provide: ProblemCatalogue, useValue: catalogue },
      choose(Counters, (s) => (hasRedis(s) ? RedisCounters : InMemoryCounters)),
      choose(IdempotencyStore, (s) => (hasRedis(s) ? RedisIdempotencyStore : InMemoryIdempotencyStore)),
      Idempotency,
      SourceLimits,
      FreshAuthentications,
      CustomerLimits,
      Pages,
      Housekeeping,
      AuditPurge,
      AccessRefusals,
      ProblemFilter,
      foundations.beside ? { provide: Snapshots, useClass: NoSnapshots } : Snapshots,
    ];
    return {
      module: PlatformModule,
      controllers: [AuditController, HealthController, ProblemsController, WellKnownController],
      providers: [
        ...ports,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: BodyGuard },
        { provide: APP_PIPE, useFactory: strictValidation },
      ],
      exports: ports,
    };
  }

  onModuleInit(): void {
    const database = this.modules.get(Database);
    const health = this.modules.get(Health);
    const redis = this.modules.get(RedisConnection) as RedisConnection | undefined;
    health.add({ name: 'database', vital: true, check: async () => void (await database.query('select 1')) });
    const [metrics, pool] = [this.modules.get(Metrics), this.modules.get(HashPool)];
    metrics.gauge('hash_queue_waiting', 'Passwords that wait to be hashed', () => pool.waiting);
    metrics.gauge('hash_queue_running', 'Passwords that are hashed at this moment', () => pool.running);
    health.add({ name: 'migrations', vital: true, check: migrationsCheck(database.source) });
    this.modules.get(Housekeeping).add(this.modules.get(AuditPurge));
    if (redis)
      health.add({
        name: 'redis',
        vital: false,
        check: async () => void (await redis.command((client) => client.ping())),
      });
  }

  /** The last to close: modules that use the ground have stopped before. */
  async onApplicationShutdown(): Promise<void> {
    await this.modules.get(HashPool).close();
  }
}

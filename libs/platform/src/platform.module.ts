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
import { SystemClock, UuidV7Ids } from '#platform/async';
import { AccessRefusals, AuditController, AuditPurge, SqlAuditLog, TypeOrmAuditTrail } from '#platform/audit';
import { choose, hasRedis, Secrets, Settings } from '#platform/config';
import { HmacIdentifierHasher } from '#platform/crypto';
import {
  Database,
  DatabaseAfterCommit,
  hasPendingMigrations,
  TypeOrmUnitOfWork,
  ValueRefused,
} from '#platform/database';
import { Health, HealthController } from '#platform/health';
import {
  AccessGuard,
  BodyGuard,
  FreshAuthentications,
  PLATFORM_PROBLEMS,
  ProblemCatalogue,
  ProblemsController,
  RouteTable,
  strictValidation,
} from '#platform/http';
import { ProblemFilter, WellKnownController } from '#platform/http-server';
import {
  Idempotency,
  IdempotencyStore,
  InMemoryIdempotencyStore,
  KeyReused,
  RedisIdempotencyStore,
  StillRunning,
} from '#platform/idempotency';
import { NoSnapshots, Snapshots } from '#platform/in-memory';
import { Housekeeping } from '#platform/jobs';
import { Log, Metrics } from '#platform/observability';
import { CursorNotValid, Pages } from '#platform/paging';
import {
  BcryptPasswordHasher,
  CheckedNewPasswords,
  HashPool,
  PasswordPepper,
  PooledForeignPasswords,
} from '#platform/passwords';
import { CustomerLimits, InMemoryCounters, RedisCounters, SourceLimited, SourceLimits } from '#platform/rate-limits';
import { RedisConnection } from '#platform/redis';

export { auditTables } from '#platform/audit';

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

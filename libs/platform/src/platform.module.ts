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
  HashingBusy,
  IdentifierHasher,
  Ids,
  InvalidInput,
  LegacyPasswords,
  PasswordHasher,
  PasswordPolicy,
  Unavailable,
  UnitOfWork,
} from '#kernel';
import { SystemClock, UuidV7Ids } from '#platform/async';
import {
  AccessDenialRecorder,
  AuditController,
  AuditRetentionTask,
  TypeOrmAuditLog,
  TypeOrmAuditTrail,
} from '#platform/audit';
import { hasRedis, provideAdapter, Secrets, Settings } from '#platform/config';
import { HmacIdentifierHasher } from '#platform/crypto';
import {
  Database,
  DatabaseAfterCommit,
  hasPendingMigrations,
  TypeOrmUnitOfWork,
  ValueRefused,
} from '#platform/database';
import { HealthCheckService, HealthController } from '#platform/health';
import {
  AccessGuard,
  BodyGuard,
  createValidationPipe,
  FreshAuthenticationPolicy,
  HTTP_PROBLEMS,
  ProblemCatalogue,
  ProblemsController,
  RouteTable,
} from '#platform/http';
import { ProblemFilter, WellKnownController } from '#platform/http-server';
import {
  Idempotency,
  IdempotencyKeyReused,
  IdempotencyStore,
  IdempotentRequestRunning,
  InMemoryIdempotencyStore,
  RedisIdempotencyStore,
} from '#platform/idempotency';
import { NoSnapshotStore, SnapshotStore } from '#platform/in-memory';
import { Housekeeping } from '#platform/jobs';
import { Log, Metrics } from '#platform/observability';
import { CursorNotValid, Paginator } from '#platform/paging';
import {
  BcryptPasswordHasher,
  BlocklistPasswordPolicy,
  HashPool,
  HashPoolLegacyPasswords,
  PasswordPepper,
} from '#platform/passwords';
import {
  ClientNetworkLimits,
  ClientNetworkRateLimited,
  CustomerLimits,
  InMemoryCounters,
  RedisCounters,
} from '#platform/rate-limits';
import { RedisConnection } from '#platform/redis';

export { auditTables } from '#platform/audit';

/**
 * Reports the process as not ready while migrations are pending. The program does not start with pending ones; a newer release
 * on the same database can add some later. The result is cached once all have run.
 */
function migrationsCheck(source: DataSource): () => Promise<void> {
  let done = false;
  return async () => {
    done ||= !(await hasPendingMigrations(source));
    if (!done) throw new Error('migrations are pending');
  };
}

/** Resources opened before the application is composed, and closed last. */
export interface Infrastructure {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly routes: RouteTable;
  readonly health: HealthCheckService;
  readonly database: Database;
  /** Absent: everything that would be in Redis stays in process. */
  readonly redis: RedisConnection | undefined;
  /** True for a CLI command that runs alongside the server. */
  readonly isCli?: boolean;
}

/** Technical providers that every module uses. */
@Global()
@Module({})
export class PlatformModule implements OnApplicationShutdown {
  constructor(private readonly modules: ModuleRef) {}

  static forRoot(infrastructure: Infrastructure, problems: readonly DomainError[]): DynamicModule {
    const { settings, redis, database } = infrastructure;
    const problemCatalogue = new ProblemCatalogue([
      ...HTTP_PROBLEMS,
      new ClientNetworkRateLimited(60),
      new HashingBusy(),
      new IdempotencyKeyReused(),
      new IdempotentRequestRunning(),
      new CursorNotValid(),
      new InvalidInput([]),
      new ValueRefused(),
      new Unavailable(),
      ...problems,
    ]);
    const ports = [
      { provide: Settings, useValue: settings },
      { provide: Secrets, useValue: infrastructure.secrets },
      { provide: Log, useValue: infrastructure.log },
      { provide: Metrics, useValue: infrastructure.metrics },
      { provide: RouteTable, useValue: infrastructure.routes },
      { provide: HealthCheckService, useValue: infrastructure.health },
      { provide: Database, useValue: database },
      { provide: RedisConnection, useValue: redis },
      { provide: PasswordPepper, useFactory: () => new PasswordPepper(infrastructure.secrets.passwordPepper) },
      {
        provide: HashPool,
        useFactory: () => new HashPool({ threads: settings.hashThreads, cost: settings.bcryptCost }),
      },
      { provide: PasswordPolicy, useFactory: () => new BlocklistPasswordPolicy(settings) },
      { provide: Clock, useClass: SystemClock },
      { provide: Ids, useClass: UuidV7Ids },
      { provide: IdentifierHasher, useClass: HmacIdentifierHasher },
      {
        provide: LegacyPasswords,
        inject: [HashPool],
        useFactory: (pool: HashPool) => new HashPoolLegacyPasswords(pool),
      },
      {
        provide: PasswordHasher,
        inject: [HashPool],
        useFactory: (pool: HashPool) => new BcryptPasswordHasher(pool, settings.bcryptCost),
      },
      { provide: UnitOfWork, useClass: TypeOrmUnitOfWork },
      { provide: AfterCommit, useClass: DatabaseAfterCommit },
      { provide: AuditTrail, useClass: TypeOrmAuditTrail },
      { provide: AuditLog, useClass: TypeOrmAuditLog },
      { provide: ProblemCatalogue, useValue: problemCatalogue },
      provideAdapter(Counters, (s) => (hasRedis(s) ? RedisCounters : InMemoryCounters)),
      provideAdapter(IdempotencyStore, (s) => (hasRedis(s) ? RedisIdempotencyStore : InMemoryIdempotencyStore)),
      Idempotency,
      ClientNetworkLimits,
      FreshAuthenticationPolicy,
      CustomerLimits,
      Paginator,
      Housekeeping,
      AuditRetentionTask,
      AccessDenialRecorder,
      ProblemFilter,
      infrastructure.isCli ? { provide: SnapshotStore, useClass: NoSnapshotStore } : SnapshotStore,
    ];
    return {
      module: PlatformModule,
      controllers: [AuditController, HealthController, ProblemsController, WellKnownController],
      providers: [
        ...ports,
        { provide: APP_FILTER, useExisting: ProblemFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_GUARD, useClass: BodyGuard },
        { provide: APP_PIPE, useFactory: createValidationPipe },
      ],
      exports: ports,
    };
  }

  onModuleInit(): void {
    const database = this.modules.get(Database);
    const health = this.modules.get(HealthCheckService);
    const redis = this.modules.get(RedisConnection) as RedisConnection | undefined;
    health.registerIndicator({
      name: 'database',
      vital: true,
      check: async () => void (await database.query('select 1')),
    });
    const [metrics, pool] = [this.modules.get(Metrics), this.modules.get(HashPool)];
    metrics.gauge('hash_queue_waiting', 'Passwords that wait to be hashed', () => pool.waiting);
    metrics.gauge('hash_queue_running', 'Passwords that are hashed at this moment', () => pool.running);
    health.registerIndicator({ name: 'migrations', vital: true, check: migrationsCheck(database.source) });
    this.modules.get(Housekeeping).registerTask(this.modules.get(AuditRetentionTask));
    if (redis)
      health.registerIndicator({
        name: 'redis',
        vital: false,
        check: async () => void (await redis.command((client) => client.ping())),
      });
  }

  /** Closes last: the modules that use these resources have stopped before. */
  async onApplicationShutdown(): Promise<void> {
    await this.modules.get(HashPool).close();
  }
}

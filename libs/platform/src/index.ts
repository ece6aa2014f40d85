export { auditRow } from './audit/audit-row.js';
export { AUDIT, type AuditRow } from './audit/tables.js';
export { TypeOrmAuditTrail } from './audit/typeorm-audit-trail.js';
export { choose, hasRedis } from './choose.js';
export { type Environment, readEnvironment } from './config/environment.js';
export type { KeyRing, RingKey } from './config/key-ring.js';
export { PUBLISHED_SECONDS, RESTART_SECONDS, type Rotation, rotate } from './config/key-rotation.js';
export { LIMITS, type LimitName, type LimitRule, type Limits } from './config/limits.js';
export { isTrustworthyUrl, type OAuthIssuer } from './config/oauth-issuers.js';
export { BadConfiguration } from './config/problems.js';
export { provideSecrets, Secrets } from './config/secrets.js';
export { changeKeys, secretsFileIn } from './config/secrets-file.js';
export {
  hasDevMailbox,
  hasMailTransport,
  isEmbedded,
  type PublisherName,
  parseSettings,
  Settings,
} from './config/settings.js';
export { keysOf, type SigningJwk } from './config/signing-key.js';
export { createDataSource } from './database/data-source.js';
export { Database, type Sql } from './database/database.js';
export { DuplicateKey, TransactionConflict } from './database/database-errors.js';
export { column, type Dialect, limit, NOW_MS, orUpdate, typesFor } from './database/dialect.js';
export { hasPendingMigrations, migrate } from './database/migrate.js';
export type { Tables } from './database/tables.js';
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js';
export { PasswordPepper } from './hashing/password-pepper.js';
export { Health, type Probe } from './health/health.js';
export { type Chore, Housekeeping } from './housekeeping/housekeeping.js';
export { purge } from './housekeeping/purge.js';
export { AuthenticatedBy, Open, OwnToken, Roles, Scopes } from './http/access.js';
export { Address } from './http/address.decorator.js';
export { Authentication, type AuthenticationRequest } from './http/authentication.js';
export { parseBasicCredentials } from './http/basic-credentials.js';
export { isNoneMatch } from './http/etag.js';
export { IfGiven, IfSet, IsLocale, IsMarket } from './http/fields.js';
export { createHttpAdapter, HTTP_LIMITS } from './http/http-adapter.js';
export { Forbidden, InvalidCredentials } from './http/http-errors.js';
export { NoBody } from './http/no-body.pipe.js';
export { ApiProblems } from './http/openapi.js';
export { RouteTable } from './http/route-table.js';
export { singleHeader } from './http/single-header.js';
export { addressOf, sourcePrefix } from './http/source.js';
export { Idempotency } from './idempotency/idempotency.js';
export { type Counted, SourceLimited, SourceLimits } from './limits/source-limits.js';
export { EphemeralMap } from './memory/ephemeral-map.js';
export { type Keepable, Snapshots } from './memory/snapshots.js';
export { connectRedis } from './redis/connect-redis.js';
export { RedisConnection, type Script } from './redis/redis-connection.js';
export { createLog, Log } from './telemetry/logger.js';
export { Metrics } from './telemetry/metrics.js';
export { currentContext, inContext, type RequestContext } from './telemetry/request-context.js';
export { within } from './time/within.js';
export { wire } from './wire.js';

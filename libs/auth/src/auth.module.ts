import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Codes } from '#codes';
import { CodesModule } from '#codes/module';
import {
  AuditTrail,
  Clock,
  Counters,
  IdentifierHasher,
  Ids,
  LegacyPasswords,
  Outbox,
  PasswordHasher,
  UnitOfWork,
} from '#kernel';
import { Channels, JobQueue, JobWorker, MessageBudget, SmsQuota } from '#notifications';
import { hasRedis, provideAdapter, provideService, Secrets, Settings } from '#platform/config';
import { Database } from '#platform/database';
import { Housekeeping } from '#platform/jobs';
import { PasswordPepper } from '#platform/passwords';
import { AccountChangesModule } from './account-changes.module.js';
import { AesLegacyHashSealer } from './adapters/crypto/aes-legacy-hash-sealer.js';
import { AesResetRecipientSealer } from './adapters/crypto/aes-reset-recipient-sealer.js';
import { HmacDeviceTokens } from './adapters/crypto/hmac-device-tokens.js';
import { HmacRefreshTokens } from './adapters/crypto/hmac-refresh-tokens.js';
import { PepperedPasswordScheme } from './adapters/hashing/peppered-password-scheme.js';
import { AuthController } from './adapters/http/auth.controller.js';
import { BearerStrategy } from './adapters/http/bearer.strategy.js';
import { JwksController } from './adapters/http/jwks.controller.js';
import { PasswordsController } from './adapters/http/passwords.controller.js';
import { ReauthenticationController } from './adapters/http/reauthentication.controller.js';
import { SessionsController } from './adapters/http/sessions.controller.js';
import { JoseAccessTokens } from './adapters/jose/jose-access-tokens.js';
import { SourceFailedLoginLimiter } from './adapters/limits/source-failed-login-limiter.js';
import { TemplateResetMessages } from './adapters/messages/template-reset-messages.js';
import { RedisRevocationHints } from './adapters/redis/redis-revocation-hints.js';
import { RevocationHints } from './adapters/redis/revocation-hints.js';
import { RevocationPoller } from './adapters/typeorm/revocation-poller.js';
import { SessionsPurge } from './adapters/typeorm/sessions-purge.js';
import { SqlSessionViews } from './adapters/typeorm/sql-session-views.js';
import { SqlSignInRecords } from './adapters/typeorm/sql-sign-in-records.js';
import { TypeOrmLegacyHashFlag } from './adapters/typeorm/typeorm-legacy-hash-flag.js';
import { TypeOrmLoginTries } from './adapters/typeorm/typeorm-login-tries.js';
import { TypeOrmRevocations } from './adapters/typeorm/typeorm-revocations.js';
import { TypeOrmSessions } from './adapters/typeorm/typeorm-sessions.js';
import { TypeOrmSubjectDataEraser } from './adapters/typeorm/typeorm-subject-data-eraser.js';
import { TypeOrmSubjects } from './adapters/typeorm/typeorm-subjects.js';
import { ChangePasswordHandler } from './application/commands/change-password.js';
import { EndSessionHandler } from './application/commands/end-session.js';
import { LogInHandler } from './application/commands/log-in.js';
import { LogOutHandler } from './application/commands/log-out.js';
import { ReauthenticateHandler } from './application/commands/reauthenticate.js';
import { RefreshSessionHandler } from './application/commands/refresh-session.js';
import { RequestPasswordResetHandler } from './application/commands/request-password-reset.js';
import { ResetPasswordHandler } from './application/commands/reset-password.js';
import { SendPasswordResetJob } from './application/jobs/send-password-reset-job.js';
import { LegacyHashFlag, LegacyHashSealer } from './application/legacy-password-ports.js';
import { LinkedIdentities } from './application/linked-identity-ports.js';
import {
  AccessTokens,
  AuthSettings,
  DeviceTokens,
  FailedLoginLimiter,
  LoginTries,
  PasswordScheme,
  RefreshTokens,
  ResetMessages,
  ResetRecipientSealer,
  Revocations,
  Sessions,
  Subjects,
} from './application/ports.js';
import { ListSessionsHandler } from './application/queries/list-sessions.js';
import { HashedCredentials } from './application/services/hashed-credentials.js';
import { LocalSignInNames } from './application/services/local-sign-in-names.js';
import { LocalSignIns } from './application/services/local-sign-ins.js';
import { LocalSubjectErasure } from './application/services/local-subject-erasure.js';
import { PasswordChanger } from './application/services/password-changer.js';
import { PasswordResetRequests } from './application/services/password-reset-requests.js';
import { PasswordVerifier } from './application/services/password-verifier.js';
import { RateLimitedReauthentication } from './application/services/rate-limited-reauthentication.js';
import { RateLimitedSignInTries } from './application/services/rate-limited-sign-in-tries.js';
import { SealedCredentialTransfer } from './application/services/sealed-credential-transfer.js';
import { SessionEnder } from './application/services/session-ender.js';
import { SessionOpener } from './application/services/session-opener.js';
import { SubjectDataEraser } from './application/subject-data-eraser.js';
import { SessionViews } from './application/views.js';
import {
  AccountChangeListeners,
  Credentials,
  CredentialTransfer,
  Reauthentication,
  SignInNames,
  SignInRecords,
  SignIns,
  SignInTries,
  SubjectErasure,
} from './facade.js';
import { LinkedIdentitiesModule } from './linked-identities.module.js';

export { authTables } from './adapters/typeorm/tables.js';
export { AUTH_PROBLEMS as authProblems } from './domain/errors.js';
export { authEvents } from './events.js';

@Module({
  imports: [CqrsModule, CodesModule, LinkedIdentitiesModule, AccountChangesModule],
  controllers: [AuthController, JwksController, PasswordsController, ReauthenticationController, SessionsController],
  providers: [
    LogInHandler,
    RefreshSessionHandler,
    ReauthenticateHandler,
    LogOutHandler,
    EndSessionHandler,
    ListSessionsHandler,
    RequestPasswordResetHandler,
    ResetPasswordHandler,
    ChangePasswordHandler,
    BearerStrategy,
    RevocationPoller,
    SessionsPurge,
    provideAdapter(RevocationHints, (settings) => (hasRedis(settings) ? RedisRevocationHints : RevocationHints)),
    { provide: Subjects, useClass: TypeOrmSubjects },
    { provide: Sessions, useClass: TypeOrmSessions },
    { provide: SessionViews, useClass: SqlSessionViews },
    { provide: SignInRecords, useClass: SqlSignInRecords },
    { provide: Revocations, useClass: TypeOrmRevocations },
    {
      provide: RefreshTokens,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new HmacRefreshTokens(secrets.code),
    },
    {
      provide: AccessTokens,
      inject: [Settings, Secrets],
      useFactory: (s: Settings, k: Secrets) => JoseAccessTokens.create(s, k),
    },
    { provide: AuthSettings, useExisting: Settings },
    {
      provide: DeviceTokens,
      inject: [Secrets, Clock],
      useFactory: (secrets: Secrets, clock: Clock) => new HmacDeviceTokens(secrets.code, clock),
    },
    { provide: FailedLoginLimiter, useClass: SourceFailedLoginLimiter },
    provideService(LoginTries, TypeOrmLoginTries, [Database, UnitOfWork]),
    provideService(PasswordScheme, PepperedPasswordScheme, [PasswordPepper]),
    {
      provide: LegacyHashSealer,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new AesLegacyHashSealer(secrets.passwordPepper),
    },
    { provide: LegacyHashFlag, useClass: TypeOrmLegacyHashFlag },
    provideService(PasswordVerifier, PasswordVerifier, [
      Subjects,
      PasswordScheme,
      PasswordHasher,
      LegacyHashSealer,
      LegacyPasswords,
      LegacyHashFlag,
      Clock,
    ]),
    provideService(CredentialTransfer, SealedCredentialTransfer, [
      Subjects,
      PasswordScheme,
      LegacyHashSealer,
      LegacyPasswords,
      LegacyHashFlag,
    ]),
    provideService(SessionEnder, SessionEnder, [Sessions, Subjects, Revocations, Outbox, AuditTrail]),
    provideService(SessionOpener, SessionOpener, [
      UnitOfWork,
      Subjects,
      Sessions,
      RefreshTokens,
      AccessTokens,
      Outbox,
      AuditTrail,
      Ids,
      Clock,
      AuthSettings,
      DeviceTokens,
    ]),
    {
      provide: ResetRecipientSealer,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new AesResetRecipientSealer(secrets.code),
    },
    provideService(ResetMessages, TemplateResetMessages, [Ids]),
    provideService(PasswordResetRequests, PasswordResetRequests, [
      IdentifierHasher,
      Counters,
      MessageBudget,
      SmsQuota,
      ResetRecipientSealer,
      JobQueue,
      AuthSettings,
    ]),
    provideService(SendPasswordResetJob, SendPasswordResetJob, [
      Subjects,
      IdentifierHasher,
      Codes,
      ResetRecipientSealer,
      ResetMessages,
      Channels,
    ]),
    provideService(PasswordChanger, PasswordChanger, [
      UnitOfWork,
      Subjects,
      Credentials,
      SessionEnder,
      Outbox,
      AuditTrail,
      LinkedIdentities,
      AccountChangeListeners,
    ]),
    provideService(Credentials, HashedCredentials, [Subjects, PasswordScheme, PasswordHasher, SessionEnder]),
    provideService(SignIns, LocalSignIns, [Subjects, SessionOpener, SessionEnder, AccountChangeListeners]),
    { provide: SubjectDataEraser, useClass: TypeOrmSubjectDataEraser },
    provideService(SubjectErasure, LocalSubjectErasure, [Subjects, SessionEnder, LinkedIdentities, SubjectDataEraser]),
    provideService(SignInNames, LocalSignInNames, [Subjects]),
    provideService(SignInTries, RateLimitedSignInTries, [IdentifierHasher, LoginTries, Clock]),
    provideService(Reauthentication, RateLimitedReauthentication, [Subjects, LoginTries, PasswordVerifier, AuditTrail]),
  ],
  exports: [
    AccountChangesModule,
    Credentials,
    CredentialTransfer,
    Reauthentication,
    SignInNames,
    SignInRecords,
    SignIns,
    SignInTries,
    SubjectErasure,
  ],
})
export class AuthModule {
  constructor(housekeeping: Housekeeping, sessions: SessionsPurge, worker: JobWorker, resetJob: SendPasswordResetJob) {
    housekeeping.registerTask(sessions);
    worker.registerJob(resetJob);
  }
}

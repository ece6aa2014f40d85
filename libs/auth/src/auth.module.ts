import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Codes } from '#codes';
import { CodesModule } from '#codes/module';
import {
  AuditTrail,
  Clock,
  Counters,
  ForeignPasswords,
  IdentifierHasher,
  Ids,
  Outbox,
  PasswordHasher,
  UnitOfWork,
} from '#kernel';
import { Channels, Dispatcher, DueMessages, MessageBudget, SmsQuota } from '#notifications';
import { choose, Database, Housekeeping, hasRedis, PasswordPepper, Secrets, Settings, wire } from '#platform';
import { AccountChangesModule } from './account-changes.module.js';
import { AesResetSeals } from './adapters/crypto/aes-reset-seals.js';
import { HmacDeviceTokens } from './adapters/crypto/hmac-device-tokens.js';
import { HmacRefreshTokens } from './adapters/crypto/hmac-refresh-tokens.js';
import { SealedForeignCredentials } from './adapters/crypto/sealed-foreign-credentials.js';
import { PepperedPasswordScheme } from './adapters/hashing/peppered-password-scheme.js';
import { AuthController } from './adapters/http/auth.controller.js';
import { BearerStrategy } from './adapters/http/bearer.strategy.js';
import { KeysController } from './adapters/http/keys.controller.js';
import { PasswordsController } from './adapters/http/passwords.controller.js';
import { ReauthenticationController } from './adapters/http/reauthentication.controller.js';
import { SessionsController } from './adapters/http/sessions.controller.js';
import { JoseAccessTokens } from './adapters/jose/jose-access-tokens.js';
import { LimitedSourceFailures } from './adapters/limits/limited-source-failures.js';
import { TemplateResetMessages } from './adapters/messages/template-reset-messages.js';
import { RedisRevocationHints } from './adapters/redis/redis-revocation-hints.js';
import { RevocationHints } from './adapters/redis/revocation-hints.js';
import { RevocationWatch } from './adapters/typeorm/revocation-watch.js';
import { SessionsPurge } from './adapters/typeorm/sessions-purge.js';
import { SqlSessionViews } from './adapters/typeorm/sql-session-views.js';
import { SqlSignInRecords } from './adapters/typeorm/sql-sign-in-records.js';
import { TypeOrmForeignPasswordsMark } from './adapters/typeorm/typeorm-foreign-passwords-mark.js';
import { TypeOrmLoginTries } from './adapters/typeorm/typeorm-login-tries.js';
import { TypeOrmRevocations } from './adapters/typeorm/typeorm-revocations.js';
import { TypeOrmSessions } from './adapters/typeorm/typeorm-sessions.js';
import { TypeOrmSubjectTraces } from './adapters/typeorm/typeorm-subject-traces.js';
import { TypeOrmSubjects } from './adapters/typeorm/typeorm-subjects.js';
import { ChangePasswordHandler } from './application/commands/change-password.js';
import { EndSessionHandler } from './application/commands/end-session.js';
import { ForgetPasswordHandler } from './application/commands/forget-password.js';
import { LogInHandler } from './application/commands/log-in.js';
import { LogOutHandler } from './application/commands/log-out.js';
import { ReauthenticateHandler } from './application/commands/reauthenticate.js';
import { RefreshHandler } from './application/commands/refresh.js';
import { ResetPasswordHandler } from './application/commands/reset-password.js';
import { CountedReauthentication } from './application/counted-reauthentication.js';
import { CountedSignInTries } from './application/counted-sign-in-tries.js';
import { ForeignCredentials, ForeignPasswordsMark } from './application/foreign-ports.js';
import { HashedCredentials } from './application/hashed-credentials.js';
import { Links } from './application/link-ports.js';
import { LocalSignInNames } from './application/local-sign-in-names.js';
import { LocalSignIns } from './application/local-sign-ins.js';
import { LocalSubjectErasure } from './application/local-subject-erasure.js';
import { PasswordChanger } from './application/password-changer.js';
import { PasswordCheck } from './application/password-check.js';
import {
  AccessTokens,
  AuthRules,
  DeviceTokens,
  LoginTries,
  PasswordScheme,
  RefreshTokens,
  ResetMessages,
  ResetSeals,
  Revocations,
  Sessions,
  SourceFailures,
  Subjects,
} from './application/ports.js';
import { ListSessionsHandler } from './application/queries/list-sessions.js';
import { ResetRequests } from './application/reset-requests.js';
import { SealedCredentialTransfer } from './application/sealed-credential-transfer.js';
import { SessionEnder } from './application/session-ender.js';
import { SessionOpener } from './application/session-opener.js';
import { SubjectTraces } from './application/subject-traces.js';
import { ResetDue } from './application/subscribers/reset-due.js';
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
import { LinksModule } from './links.module.js';

export { authTables } from './adapters/typeorm/tables.js';
export { AUTH_PROBLEMS as authProblems } from './domain/errors.js';
export { authEvents } from './events.js';

@Module({
  imports: [CqrsModule, CodesModule, LinksModule, AccountChangesModule],
  controllers: [AuthController, KeysController, PasswordsController, ReauthenticationController, SessionsController],
  providers: [
    LogInHandler,
    RefreshHandler,
    ReauthenticateHandler,
    LogOutHandler,
    EndSessionHandler,
    ListSessionsHandler,
    ForgetPasswordHandler,
    ResetPasswordHandler,
    ChangePasswordHandler,
    BearerStrategy,
    RevocationWatch,
    SessionsPurge,
    choose(RevocationHints, (settings) => (hasRedis(settings) ? RedisRevocationHints : RevocationHints)),
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
    { provide: AuthRules, useExisting: Settings },
    {
      provide: DeviceTokens,
      inject: [Secrets, Clock],
      useFactory: (secrets: Secrets, clock: Clock) => new HmacDeviceTokens(secrets.code, clock),
    },
    { provide: SourceFailures, useClass: LimitedSourceFailures },
    wire(LoginTries, TypeOrmLoginTries, [Database, UnitOfWork]),
    wire(PasswordScheme, PepperedPasswordScheme, [PasswordPepper]),
    {
      provide: ForeignCredentials,
      inject: [Secrets],
      useFactory: (secrets: Secrets) => new SealedForeignCredentials(secrets.passwordPepper),
    },
    { provide: ForeignPasswordsMark, useClass: TypeOrmForeignPasswordsMark },
    wire(PasswordCheck, PasswordCheck, [
      Subjects,
      PasswordScheme,
      PasswordHasher,
      ForeignCredentials,
      ForeignPasswords,
      ForeignPasswordsMark,
      Clock,
    ]),
    wire(CredentialTransfer, SealedCredentialTransfer, [
      Subjects,
      PasswordScheme,
      ForeignCredentials,
      ForeignPasswords,
      ForeignPasswordsMark,
    ]),
    wire(SessionEnder, SessionEnder, [Sessions, Subjects, Revocations, Outbox, AuditTrail]),
    wire(SessionOpener, SessionOpener, [
      UnitOfWork,
      Subjects,
      Sessions,
      RefreshTokens,
      AccessTokens,
      Outbox,
      AuditTrail,
      Ids,
      Clock,
      AuthRules,
      DeviceTokens,
    ]),
    { provide: ResetSeals, inject: [Secrets], useFactory: (secrets: Secrets) => new AesResetSeals(secrets.code) },
    wire(ResetMessages, TemplateResetMessages, [Ids]),
    wire(ResetRequests, ResetRequests, [
      IdentifierHasher,
      Counters,
      MessageBudget,
      SmsQuota,
      ResetSeals,
      DueMessages,
      AuthRules,
    ]),
    wire(ResetDue, ResetDue, [Subjects, IdentifierHasher, Codes, ResetSeals, ResetMessages, Channels]),
    wire(PasswordChanger, PasswordChanger, [
      UnitOfWork,
      Subjects,
      Credentials,
      SessionEnder,
      Outbox,
      AuditTrail,
      Links,
      AccountChangeListeners,
    ]),
    wire(Credentials, HashedCredentials, [Subjects, PasswordScheme, PasswordHasher, SessionEnder]),
    wire(SignIns, LocalSignIns, [Subjects, SessionOpener, SessionEnder, AccountChangeListeners]),
    { provide: SubjectTraces, useClass: TypeOrmSubjectTraces },
    wire(SubjectErasure, LocalSubjectErasure, [Subjects, SessionEnder, Links, SubjectTraces]),
    wire(SignInNames, LocalSignInNames, [Subjects]),
    wire(SignInTries, CountedSignInTries, [IdentifierHasher, LoginTries, Clock]),
    wire(Reauthentication, CountedReauthentication, [Subjects, LoginTries, PasswordCheck, AuditTrail]),
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
  constructor(housekeeping: Housekeeping, sessions: SessionsPurge, dispatcher: Dispatcher, resetDue: ResetDue) {
    housekeeping.add(sessions);
    dispatcher.serve(resetDue);
  }
}

import { Module } from '@nestjs/common';
import { CommandBus, CqrsModule } from '@nestjs/cqrs';
import { Credentials, SignInTries } from '#auth';
import { AuthModule } from '#auth/module';
import { Codes } from '#codes';
import { CodesModule } from '#codes/module';
import { CustomerDirectory, IdentifierAssignmentListeners } from '#customers';
import { CustomersModule } from '#customers/module';
import { AfterCommit, AuditTrail, Clock, IdentifierHasher, Ids, Outbox, UnitOfWork } from '#kernel';
import { SubscriberRegistry } from '#messaging';
import { JobQueue, JobWorker, MessageBudget, SmsQuota } from '#notifications';
import { hasRedis, provideAdapter, provideService, Secrets, Settings } from '#platform/config';
import { Housekeeping } from '#platform/jobs';
import { KeyedAttemptSecrets } from './adapters/crypto/keyed-attempt-secrets.js';
import { RegistrationBasicStrategy } from './adapters/http/registration-basic.strategy.js';
import { RegistrationsController } from './adapters/http/registrations.controller.js';
import { InMemoryAttemptStore } from './adapters/memory/in-memory-attempt-store.js';
import { TemplateRegistrationMessages } from './adapters/messages/template-registration-messages.js';
import { RedisAttemptStore } from './adapters/redis/redis-attempt-store.js';
import { CountedVerifications } from './adapters/telemetry/counted-verifications.js';
import { RegistrationKeysPurge } from './adapters/typeorm/registration-keys-purge.js';
import { TypeOrmRegistrationKeys } from './adapters/typeorm/typeorm-registration-keys.js';
import { LiveMyRegistrations } from './adapters/views/live-my-registrations.js';
import { Admission } from './application/admission.js';
import { AttemptAnnouncer } from './application/attempt-announcer.js';
import { AttemptDrafts } from './application/attempt-drafts.js';
import { CodeRequests } from './application/code-requests.js';
import { AcceptVerificationHandler } from './application/commands/accept-verification.js';
import { ActivateRegistrationHandler } from './application/commands/activate-registration.js';
import { RegisterHandler } from './application/commands/register.js';
import { ResendCodeHandler } from './application/commands/resend-code.js';
import { Intake } from './application/intake.js';
import { KeyKeeper } from './application/key-keeper.js';
import { RegistrationLimits } from './application/limits.js';
import { OpaqueRegistrationIds } from './application/opaque-registration-ids.js';
import {
  AttemptSecrets,
  AttemptStore,
  RegistrationKeys,
  RegistrationMessages,
  RegistrationRules,
  VerificationJournal,
} from './application/ports.js';
import { GetMyRegistrationHandler } from './application/queries/get-my-registration.js';
import { RegistrantCheck } from './application/registrant-check.js';
import { RegistrationIds } from './application/registration-ids.js';
import { SendBudget } from './application/send-budget.js';
import { CodeDue } from './application/subscribers/code-due.js';

import { CodeSent } from './application/subscribers/code-sent.js';
import { CustomerVerified, VERIFIED_CONSUMER } from './application/subscribers/customer-verified.js';

import { VerifiedAttempts } from './application/verified-attempts.js';
import { VerifiedStrangers } from './application/verified-strangers.js';
import { MyRegistrations } from './application/views.js';

export { registrationTables } from './adapters/typeorm/tables.js';
export { REGISTRATION_PROBLEMS as registrationProblems } from './domain/errors.js';
export { registrationEvents, registrationHears } from './events.js';

/** Who listens here: each has a queue, and dead letters. */
export const registrationConsumers = [{ name: VERIFIED_CONSUMER, arrival: 'inbound' }] as const;

/** The doors to other modules, the ports, and who stands behind them. */
@Module({
  imports: [CqrsModule, AuthModule, CodesModule, CustomersModule],
  controllers: [RegistrationsController],
  providers: [
    RegisterHandler,
    ResendCodeHandler,
    ActivateRegistrationHandler,
    AcceptVerificationHandler,
    GetMyRegistrationHandler,
    RegistrationBasicStrategy,
    RegistrationKeysPurge,
    { provide: RegistrationRules, useExisting: Settings },
    { provide: RegistrationLimits, inject: [Settings], useFactory: ({ limits }: Settings) => limits },
    { provide: RegistrationKeys, useClass: TypeOrmRegistrationKeys },
    { provide: AttemptSecrets, inject: [Secrets], useFactory: ({ code }: Secrets) => new KeyedAttemptSecrets(code) },
    provideAdapter(AttemptStore, (settings) => (hasRedis(settings) ? RedisAttemptStore : InMemoryAttemptStore)),
    provideService(RegistrationMessages, TemplateRegistrationMessages, [Ids, RegistrationRules]),
    provideService(MyRegistrations, LiveMyRegistrations, [AttemptStore, Codes, OpaqueRegistrationIds]),
    provideService(RegistrationIds, RegistrationIds, [RegistrationKeys, CustomerDirectory, IdentifierHasher, Ids]),
    provideService(OpaqueRegistrationIds, OpaqueRegistrationIds, [IdentifierHasher]),
    provideService(AttemptDrafts, AttemptDrafts, [Credentials, AttemptSecrets, IdentifierHasher, Ids]),
    provideService(AttemptAnnouncer, AttemptAnnouncer, [
      UnitOfWork,
      RegistrationKeys,
      Outbox,
      AttemptStore,
      IdentifierHasher,
    ]),
    provideService(SendBudget, SendBudget, [MessageBudget, SmsQuota]),
    provideService(Intake, Intake, [AttemptStore, JobQueue, RegistrationLimits, Clock]),
    provideService(CodeRequests, CodeRequests, [
      AttemptStore,
      AttemptSecrets,
      Codes,
      SendBudget,
      JobQueue,
      OpaqueRegistrationIds,
      RegistrationRules,
    ]),
    provideService(Admission, Admission, [
      UnitOfWork,
      RegistrationKeys,
      Credentials,
      CustomerDirectory,
      AttemptStore,
      Codes,
      IdentifierHasher,
      AuditTrail,
    ]),
    provideService(RegistrantCheck, RegistrantCheck, [
      AttemptStore,
      AttemptSecrets,
      Credentials,
      IdentifierHasher,
      SignInTries,
    ]),
    provideService(KeyKeeper, KeyKeeper, [RegistrationKeys, AttemptStore, IdentifierHasher, Ids, AfterCommit]),
    provideService(CodeDue, CodeDue, [AttemptStore, Codes, RegistrationMessages, RegistrationRules, JobQueue, Ids]),
    provideService(CodeSent, CodeSent, [AttemptStore, AttemptAnnouncer]),
    { provide: VerificationJournal, useClass: CountedVerifications },
    provideService(VerifiedAttempts, VerifiedAttempts, [AttemptStore, AttemptSecrets, Admission, IdentifierHasher]),
    provideService(VerifiedStrangers, VerifiedStrangers, [
      UnitOfWork,
      RegistrationKeys,
      CustomerDirectory,
      AttemptStore,
      IdentifierHasher,
      Ids,
      RegistrationRules,
      AuditTrail,
    ]),
    provideService(CustomerVerified, CustomerVerified, [CommandBus, RegistrationRules, VerificationJournal]),
  ],
})
export class RegistrationModule {
  constructor(
    dispatcher: JobWorker,
    codeDue: CodeDue,
    codeSent: CodeSent,
    watchers: IdentifierAssignmentListeners,
    keeper: KeyKeeper,
    subscribers: SubscriberRegistry,
    verified: CustomerVerified,
    housekeeping: Housekeeping,
    keys: RegistrationKeysPurge,
  ) {
    watchers.add(keeper);
    subscribers.register(verified);
    dispatcher.registerJob(codeDue);
    dispatcher.registerJob(codeSent);
    housekeeping.registerTask(keys);
  }
}

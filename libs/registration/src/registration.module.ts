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
import { MeteredVerificationOutcomes } from './adapters/telemetry/metered-verification-outcomes.js';
import { RegistrationKeysPurge } from './adapters/typeorm/registration-keys-purge.js';
import { TypeOrmRegistrationKeys } from './adapters/typeorm/typeorm-registration-keys.js';
import { LiveMyRegistrations } from './adapters/views/live-my-registrations.js';
import { AcceptVerificationHandler } from './application/commands/accept-verification.js';
import { ActivateRegistrationHandler } from './application/commands/activate-registration.js';
import { RegisterHandler } from './application/commands/register.js';
import { ResendCodeHandler } from './application/commands/resend-code.js';
import { PublishCodeSentJob } from './application/jobs/publish-code-sent-job.js';
import { SendRegistrationCodeJob } from './application/jobs/send-registration-code-job.js';
import { RegistrationLimits } from './application/limits.js';
import {
  AttemptSecrets,
  AttemptStore,
  RegistrationKeys,
  RegistrationMessages,
  RegistrationSettings,
  VerificationOutcomeRecorder,
} from './application/ports.js';
import { GetMyRegistrationHandler } from './application/queries/get-my-registration.js';
import { AttemptFactory } from './application/services/attempt-factory.js';
import { CodeRequests } from './application/services/code-requests.js';
import { IdentifierOwnershipListener } from './application/services/identifier-ownership-listener.js';
import { OpaqueRegistrationIds } from './application/services/opaque-registration-ids.js';
import { RegistrantAuthenticator } from './application/services/registrant-authenticator.js';
import { RegistrationActivator } from './application/services/registration-activator.js';
import { RegistrationAdmissionControl } from './application/services/registration-admission-control.js';
import { RegistrationEventPublisher } from './application/services/registration-event-publisher.js';
import { RegistrationIds } from './application/services/registration-ids.js';
import { SendBudget } from './application/services/send-budget.js';
import { VerifiedAttemptActivator } from './application/services/verified-attempt-activator.js';
import { VerifiedIdentifierActivator } from './application/services/verified-identifier-activator.js';
import { CustomerVerifiedSubscriber, VERIFIED_CONSUMER } from './application/subscribers/customer-verified.js';
import { MyRegistrations } from './application/views.js';

export { registrationTables } from './adapters/typeorm/tables.js';
export { REGISTRATION_PROBLEMS as registrationProblems } from './domain/errors.js';
export { registrationConsumedEvents, registrationEvents } from './events.js';

/** Consumers of this module. Each has a queue and a dead-letter queue. */
export const registrationConsumers = [{ name: VERIFIED_CONSUMER, arrival: 'inbound' }] as const;

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
    { provide: RegistrationSettings, useExisting: Settings },
    { provide: RegistrationLimits, inject: [Settings], useFactory: ({ limits }: Settings) => limits },
    { provide: RegistrationKeys, useClass: TypeOrmRegistrationKeys },
    { provide: AttemptSecrets, inject: [Secrets], useFactory: ({ code }: Secrets) => new KeyedAttemptSecrets(code) },
    provideAdapter(AttemptStore, (settings) => (hasRedis(settings) ? RedisAttemptStore : InMemoryAttemptStore)),
    provideService(RegistrationMessages, TemplateRegistrationMessages, [Ids, RegistrationSettings]),
    provideService(MyRegistrations, LiveMyRegistrations, [AttemptStore, Codes, OpaqueRegistrationIds]),
    provideService(RegistrationIds, RegistrationIds, [RegistrationKeys, CustomerDirectory, IdentifierHasher, Ids]),
    provideService(OpaqueRegistrationIds, OpaqueRegistrationIds, [IdentifierHasher]),
    provideService(AttemptFactory, AttemptFactory, [Credentials, AttemptSecrets, IdentifierHasher, Ids]),
    provideService(RegistrationEventPublisher, RegistrationEventPublisher, [
      UnitOfWork,
      RegistrationKeys,
      Outbox,
      AttemptStore,
      IdentifierHasher,
    ]),
    provideService(SendBudget, SendBudget, [MessageBudget, SmsQuota]),
    provideService(RegistrationAdmissionControl, RegistrationAdmissionControl, [
      AttemptStore,
      JobQueue,
      RegistrationLimits,
      Clock,
    ]),
    provideService(CodeRequests, CodeRequests, [
      AttemptStore,
      AttemptSecrets,
      Codes,
      SendBudget,
      JobQueue,
      OpaqueRegistrationIds,
      RegistrationSettings,
    ]),
    provideService(RegistrationActivator, RegistrationActivator, [
      UnitOfWork,
      RegistrationKeys,
      Credentials,
      CustomerDirectory,
      AttemptStore,
      Codes,
      IdentifierHasher,
      AuditTrail,
    ]),
    provideService(RegistrantAuthenticator, RegistrantAuthenticator, [
      AttemptStore,
      AttemptSecrets,
      Credentials,
      IdentifierHasher,
      SignInTries,
    ]),
    provideService(IdentifierOwnershipListener, IdentifierOwnershipListener, [
      RegistrationKeys,
      AttemptStore,
      IdentifierHasher,
      Ids,
      AfterCommit,
    ]),
    provideService(SendRegistrationCodeJob, SendRegistrationCodeJob, [
      AttemptStore,
      Codes,
      RegistrationMessages,
      RegistrationSettings,
      JobQueue,
      Ids,
    ]),
    provideService(PublishCodeSentJob, PublishCodeSentJob, [AttemptStore, RegistrationEventPublisher]),
    { provide: VerificationOutcomeRecorder, useClass: MeteredVerificationOutcomes },
    provideService(VerifiedAttemptActivator, VerifiedAttemptActivator, [
      AttemptStore,
      AttemptSecrets,
      RegistrationActivator,
      IdentifierHasher,
    ]),
    provideService(VerifiedIdentifierActivator, VerifiedIdentifierActivator, [
      UnitOfWork,
      RegistrationKeys,
      CustomerDirectory,
      AttemptStore,
      IdentifierHasher,
      Ids,
      RegistrationSettings,
      AuditTrail,
    ]),
    provideService(CustomerVerifiedSubscriber, CustomerVerifiedSubscriber, [
      CommandBus,
      RegistrationSettings,
      VerificationOutcomeRecorder,
    ]),
  ],
})
export class RegistrationModule {
  constructor(
    jobWorker: JobWorker,
    sendCodeJob: SendRegistrationCodeJob,
    publishCodeSentJob: PublishCodeSentJob,
    assignmentListeners: IdentifierAssignmentListeners,
    ownershipListener: IdentifierOwnershipListener,
    subscribers: SubscriberRegistry,
    verified: CustomerVerifiedSubscriber,
    housekeeping: Housekeeping,
    keys: RegistrationKeysPurge,
  ) {
    assignmentListeners.add(ownershipListener);
    subscribers.register(verified);
    jobWorker.registerJob(sendCodeJob);
    jobWorker.registerJob(publishCodeSentJob);
    housekeeping.registerTask(keys);
  }
}

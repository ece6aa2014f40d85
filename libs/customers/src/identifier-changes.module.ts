import type { Provider } from '@nestjs/common';
import { SignInNames, SignIns } from '#auth';
import { Codes } from '#codes';
import { CodesModule } from '#codes/module';
import { AfterCommit, Clock, Counters, IdentifierHasher, Ids } from '#kernel';
import { JobQueue, MessageBudget, MessageLimits, SmsQuota } from '#notifications';
import { provideService, Secrets, Settings } from '#platform/config';
import { AesGcmSealer } from '#platform/crypto';
import { Database } from '#platform/database';
import { AesNoticeSealer } from './adapters/crypto/aes-notice-sealer.js';
import { IdentifiersController } from './adapters/http/identifiers.controller.js';
import { TemplateChangeMessages } from './adapters/messages/template-change-messages.js';
import { IdentifierChangesPurge } from './adapters/typeorm/identifier-changes-purge.js';
import { TypeOrmPendingIdentifierChanges } from './adapters/typeorm/typeorm-pending-identifier-changes.js';
import { ConfirmIdentifierChangeHandler } from './application/commands/confirm-identifier-change.js';
import { RequestIdentifierChangeHandler } from './application/commands/request-identifier-change.js';
import {
  ChangeMessages,
  IdentifierChangeSettings,
  NoticeSealer,
  PendingIdentifierChanges,
} from './application/identifier-change-ports.js';
import { SendIdentifierChangeCodeJob } from './application/jobs/send-identifier-change-code-job.js';
import {
  SendAccountNoticeJob,
  SendIdentifierChangeNoticeJob,
} from './application/jobs/send-identifier-change-notice-job.js';
import { Customers } from './application/ports.js';
import { AccountChangeNotifier } from './application/services/account-change-notifier.js';
import { CustomerUpdater } from './application/services/customer-updater.js';
import { IdentifierChangeRequests } from './application/services/identifier-change-requests.js';
import { IdentifierChanger } from './application/services/identifier-changer.js';
import { NoticeQueue } from './application/services/notice-queue.js';

const providers: Provider[] = [
  RequestIdentifierChangeHandler,
  ConfirmIdentifierChangeHandler,
  IdentifierChangesPurge,
  { provide: IdentifierChangeSettings, useExisting: Settings },
  {
    provide: PendingIdentifierChanges,
    inject: [Database, Secrets, Clock],
    useFactory: (database: Database, { code }: Secrets, clock: Clock) =>
      new TypeOrmPendingIdentifierChanges(
        database,
        new AesGcmSealer(code, 'CODE_SECRET', 'identifier-change-seal'),
        clock,
      ),
  },
  { provide: NoticeSealer, inject: [Secrets], useFactory: ({ code }: Secrets) => new AesNoticeSealer(code) },
  provideService(ChangeMessages, TemplateChangeMessages, [Ids]),
  provideService(NoticeQueue, NoticeQueue, [JobQueue, NoticeSealer]),
  provideService(IdentifierChangeRequests, IdentifierChangeRequests, [
    Counters,
    MessageBudget,
    SmsQuota,
    JobQueue,
    IdentifierChangeSettings,
  ]),
  provideService(SendIdentifierChangeCodeJob, SendIdentifierChangeCodeJob, [
    PendingIdentifierChanges,
    Customers,
    Codes,
    ChangeMessages,
  ]),
  provideService(SendIdentifierChangeNoticeJob, SendIdentifierChangeNoticeJob, [
    NoticeSealer,
    ChangeMessages,
    SmsQuota,
    IdentifierChangeSettings,
  ]),
  provideService(SendAccountNoticeJob, SendAccountNoticeJob, [
    NoticeSealer,
    ChangeMessages,
    SmsQuota,
    IdentifierChangeSettings,
  ]),
  provideService(AccountChangeNotifier, AccountChangeNotifier, [Customers, NoticeQueue, Counters, MessageLimits]),
  provideService(IdentifierChanger, IdentifierChanger, [
    PendingIdentifierChanges,
    CustomerUpdater,
    Customers,
    IdentifierHasher,
    SignInNames,
    SignIns,
    NoticeQueue,
    AfterCommit,
  ]),
];

/** The providers of identifier changes. Part of `CustomersModule`. */
export const identifierChangesProviders = { imports: [CodesModule], controllers: [IdentifiersController], providers };

export {
  AccountChangeNotifier,
  IdentifierChangesPurge,
  SendAccountNoticeJob,
  SendIdentifierChangeCodeJob,
  SendIdentifierChangeNoticeJob,
};

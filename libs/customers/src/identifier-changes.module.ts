import type { Provider } from '@nestjs/common';
import { SignInNames, SignIns } from '#auth';
import { Codes } from '#codes';
import { CodesModule } from '#codes/module';
import { AfterCommit, Clock, Counters, IdentifierHasher, Ids } from '#kernel';
import { DueMessages, MessageBudget, MessageLimits, SmsQuota } from '#notifications';
import { Database, KeyedSeal, Secrets, Settings, wire } from '#platform';
import { AesNoticeSeals } from './adapters/crypto/aes-notice-seals.js';
import { IdentifiersController } from './adapters/http/identifiers.controller.js';
import { TemplateChangeMessages } from './adapters/messages/template-change-messages.js';
import { IdentifierChangesPurge } from './adapters/typeorm/identifier-changes-purge.js';
import { TypeOrmPendingChanges } from './adapters/typeorm/typeorm-pending-changes.js';
import { AccountNotices } from './application/account-notices.js';
import { ChangeNotices } from './application/change-notices.js';
import { ChangeMessages, ChangeRules, NoticeSeals, PendingChanges } from './application/change-ports.js';
import { ChangeRequests } from './application/change-requests.js';
import { AskForIdentifierHandler } from './application/commands/ask-for-identifier.js';
import { ConfirmIdentifierHandler } from './application/commands/confirm-identifier.js';
import { CustomerRecord } from './application/customer-record.js';
import { IdentifierChanger } from './application/identifier-changer.js';
import { Customers } from './application/ports.js';
import { ChangeCodeDue } from './application/subscribers/change-code-due.js';
import { AccountNoticeDue, ChangeNoticeDue } from './application/subscribers/change-notice-due.js';

const providers: Provider[] = [
  AskForIdentifierHandler,
  ConfirmIdentifierHandler,
  IdentifierChangesPurge,
  { provide: ChangeRules, useExisting: Settings },
  {
    provide: PendingChanges,
    inject: [Database, Secrets, Clock],
    useFactory: (database: Database, { code }: Secrets, clock: Clock) =>
      new TypeOrmPendingChanges(database, new KeyedSeal(code, 'CODE_SECRET', 'identifier-change-seal'), clock),
  },
  { provide: NoticeSeals, inject: [Secrets], useFactory: ({ code }: Secrets) => new AesNoticeSeals(code) },
  wire(ChangeMessages, TemplateChangeMessages, [Ids]),
  wire(ChangeNotices, ChangeNotices, [DueMessages, NoticeSeals]),
  wire(ChangeRequests, ChangeRequests, [Counters, MessageBudget, SmsQuota, DueMessages, ChangeRules]),
  wire(ChangeCodeDue, ChangeCodeDue, [PendingChanges, Customers, Codes, ChangeMessages]),
  wire(ChangeNoticeDue, ChangeNoticeDue, [NoticeSeals, ChangeMessages, SmsQuota, ChangeRules]),
  wire(AccountNoticeDue, AccountNoticeDue, [NoticeSeals, ChangeMessages, SmsQuota, ChangeRules]),
  wire(AccountNotices, AccountNotices, [Customers, ChangeNotices, Counters, MessageLimits]),
  wire(IdentifierChanger, IdentifierChanger, [
    PendingChanges,
    CustomerRecord,
    Customers,
    IdentifierHasher,
    SignInNames,
    SignIns,
    ChangeNotices,
    AfterCommit,
  ]),
];

/** Changes of identifiers: a part of customers' wiring, in a file of its own. */
export const identifierChanges = { imports: [CodesModule], controllers: [IdentifiersController], providers };

export { AccountNoticeDue, AccountNotices, ChangeCodeDue, ChangeNoticeDue, IdentifierChangesPurge };

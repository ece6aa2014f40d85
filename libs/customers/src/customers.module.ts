import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountChangeListeners, Credentials, SignInNames, SignInRecords, SubjectErasure } from '#auth';
import { AuthModule } from '#auth/module';
import { GuessErasure } from '#codes';
import { CodesModule } from '#codes/module';
import { AuditTrail, Clock, EventErasure, IdentifierHasher, Ids, Outbox, UnitOfWork } from '#kernel';
import { StoredEvents } from '#messaging';
import { JobWorker } from '#notifications';
import { provideService, Secrets, Settings } from '#platform/config';
import { Database } from '#platform/database';
import { Housekeeping } from '#platform/jobs';
import { DocumentSealer } from './adapters/crypto/document-sealer.js';
import { CreateCustomerController } from './adapters/http/create-customer.controller.js';
import { CustomerListController } from './adapters/http/customer-list.controller.js';
import { CustomerStatusController } from './adapters/http/customer-status.controller.js';
import { CustomersController } from './adapters/http/customers.controller.js';
import { DocumentsController } from './adapters/http/documents.controller.js';
import { MeController } from './adapters/http/me.controller.js';
import { PersonalDataExportController } from './adapters/http/personal-data-export.controller.js';
import { DeletedCustomersPurge } from './adapters/typeorm/deleted-customers-purge.js';
import { SqlCustomerLists } from './adapters/typeorm/sql-customer-lists.js';
import { SqlCustomerViews } from './adapters/typeorm/sql-customer-views.js';
import { TypeOrmCustomers } from './adapters/typeorm/typeorm-customers.js';
import { ChangeCustomerHandler } from './application/commands/change-customer.js';
import { ConfirmDocumentHandler } from './application/commands/confirm-document.js';
import { CreateCustomerHandler } from './application/commands/create-customer.js';
import { DeleteCustomerHandler } from './application/commands/delete-customer.js';
import { EndSessionsHandler } from './application/commands/end-sessions.js';
import { EraseCustomerHandler } from './application/commands/erase-customer.js';
import { RestoreCustomerHandler } from './application/commands/restore-customer.js';
import { SetRolesHandler } from './application/commands/set-roles.js';
import { PendingIdentifierChanges } from './application/identifier-change-ports.js';
import { CustomerSettings, Customers } from './application/ports.js';
import { ExportPersonalDataHandler } from './application/queries/export-personal-data.js';
import { GetCustomerHandler } from './application/queries/get-customer.js';
import { ListCustomersHandler } from './application/queries/list-customers.js';
import { CustomerEraser } from './application/services/customer-eraser.js';
import { CustomerUpdater } from './application/services/customer-updater.js';
import { DocumentSignInNames } from './application/services/document-sign-in-names.js';
import { LocalAdministrators } from './application/services/local-administrators.js';
import { LocalCustomerDirectory } from './application/services/local-customer-directory.js';
import { CustomerLists, CustomerViews, PublishedEventViews, SignInViews } from './application/views.js';
import {
  Administrators,
  CustomerDirectory,
  CustomerExport,
  CustomerImport,
  IdentifierAssignmentListeners,
} from './facade.js';

import {
  AccountChangeNotifier,
  IdentifierChangesPurge,
  identifierChangesProviders,
  SendAccountNoticeJob,
  SendIdentifierChangeCodeJob,
  SendIdentifierChangeNoticeJob,
} from './identifier-changes.module.js';
import { importExportProviders } from './transfer.module.js';

export { customersTables } from './adapters/typeorm/tables.js';
export { CUSTOMERS_PROBLEMS as customersProblems } from './domain/errors.js';
export { customersEvents } from './events.js';

@Module({
  imports: [CqrsModule, AuthModule, CodesModule, ...identifierChangesProviders.imports],
  controllers: [
    PersonalDataExportController,
    MeController,
    CustomerListController,
    CustomersController,
    CustomerStatusController,
    CreateCustomerController,
    DocumentsController,
    ...identifierChangesProviders.controllers,
  ],
  providers: [
    ...identifierChangesProviders.providers,
    GetCustomerHandler,
    ListCustomersHandler,
    ExportPersonalDataHandler,
    ChangeCustomerHandler,
    CreateCustomerHandler,
    ConfirmDocumentHandler,
    DeleteCustomerHandler,
    EndSessionsHandler,
    EraseCustomerHandler,
    RestoreCustomerHandler,
    SetRolesHandler,
    { provide: IdentifierAssignmentListeners, useFactory: () => new IdentifierAssignmentListeners() },
    provideService(CustomerUpdater, CustomerUpdater, [
      Customers,
      DocumentSignInNames,
      Outbox,
      AuditTrail,
      Clock,
      IdentifierHasher,
      IdentifierAssignmentListeners,
    ]),
    ...importExportProviders.providers,
    provideService(DocumentSignInNames, DocumentSignInNames, [Customers, SignInNames, IdentifierHasher]),
    { provide: DocumentSealer, inject: [Secrets], useFactory: (secrets: Secrets) => new DocumentSealer(secrets) },
    { provide: Customers, useClass: TypeOrmCustomers },
    { provide: CustomerViews, useClass: SqlCustomerViews },
    provideService<CustomerLists, [Database, DocumentSealer]>(CustomerLists, SqlCustomerLists, [
      Database,
      DocumentSealer,
    ]),
    { provide: SignInViews, useExisting: SignInRecords },
    {
      provide: PublishedEventViews,
      inject: [StoredEvents],
      useFactory: (events: StoredEvents): PublishedEventViews => ({
        of: (id) => events.readByAggregate('customer', id),
      }),
    },
    { provide: CustomerSettings, useExisting: Settings },
    provideService(CustomerEraser, CustomerEraser, [
      UnitOfWork,
      CustomerUpdater,
      Customers,
      PendingIdentifierChanges,
      SubjectErasure,
      GuessErasure,
      EventErasure,
      IdentifierAssignmentListeners,
      IdentifierHasher,
    ]),
    {
      provide: DeletedCustomersPurge,
      inject: [Database, CustomerEraser, Clock, Settings],
      useFactory: (database: Database, eraser: CustomerEraser, clock: Clock, { deletedCustomersDays }: Settings) =>
        new DeletedCustomersPurge(database, eraser, clock, deletedCustomersDays),
    },
    provideService(Administrators, LocalAdministrators, [
      UnitOfWork,
      CustomerDirectory,
      IdentifierAssignmentListeners,
      Credentials,
      Ids,
      AuditTrail,
      CustomerSettings,
    ]),
    provideService(CustomerDirectory, LocalCustomerDirectory, [
      Customers,
      CustomerViews,
      Credentials,
      SignInNames,
      Outbox,
      IdentifierHasher,
      Clock,
    ]),
  ],
  exports: [Administrators, CustomerDirectory, CustomerExport, CustomerImport, IdentifierAssignmentListeners],
})
export class CustomersModule {
  constructor(
    housekeeping: Housekeeping,
    deletedCustomersPurge: DeletedCustomersPurge,
    identifierChangesPurge: IdentifierChangesPurge,
    worker: JobWorker,
    codeJob: SendIdentifierChangeCodeJob,
    noticeJob: SendIdentifierChangeNoticeJob,
    accountNoticeJob: SendAccountNoticeJob,
    accountChangeNotifier: AccountChangeNotifier,
    accountChangeListeners: AccountChangeListeners,
  ) {
    housekeeping.registerTask(identifierChangesPurge);
    worker.registerJob(codeJob);
    worker.registerJob(noticeJob);
    worker.registerJob(accountNoticeJob);
    accountChangeListeners.add(accountChangeNotifier);
    housekeeping.registerTask(deletedCustomersPurge);
  }
}

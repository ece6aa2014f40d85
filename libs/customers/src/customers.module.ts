import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { AccountChangeListeners, Credentials, SignInNames, SignInRecords, SubjectErasure } from '#auth';
import { AuthModule } from '#auth/module';
import { GuessErasure } from '#codes';
import { CodesModule } from '#codes/module';
import { AuditTrail, Clock, EventErasure, IdentifierHasher, Ids, Outbox, UnitOfWork } from '#kernel';
import { KeptEvents } from '#messaging';
import { Dispatcher } from '#notifications';
import { Database, Housekeeping, Secrets, Settings, wire } from '#platform';
import { SealedDocuments } from './adapters/crypto/sealed-documents.js';
import { CreateCustomerController } from './adapters/http/create-customer.controller.js';
import { CustomerListController } from './adapters/http/customer-list.controller.js';
import { CustomerStandingController } from './adapters/http/customer-standing.controller.js';
import { CustomersController } from './adapters/http/customers.controller.js';
import { DocumentsController } from './adapters/http/documents.controller.js';
import { ExportController } from './adapters/http/export.controller.js';
import { MeController } from './adapters/http/me.controller.js';
import { DeletedCustomersSweep } from './adapters/typeorm/deleted-customers-sweep.js';
import { SqlCustomerLists } from './adapters/typeorm/sql-customer-lists.js';
import { SqlCustomerViews } from './adapters/typeorm/sql-customer-views.js';
import { TypeOrmCustomers } from './adapters/typeorm/typeorm-customers.js';
import { PendingChanges } from './application/change-ports.js';
import { ChangeCustomerHandler } from './application/commands/change-customer.js';
import { ConfirmDocumentHandler } from './application/commands/confirm-document.js';
import { CreateCustomerHandler } from './application/commands/create-customer.js';
import { DeleteCustomerHandler } from './application/commands/delete-customer.js';
import { EndSessionsHandler } from './application/commands/end-sessions.js';
import { EraseCustomerHandler } from './application/commands/erase-customer.js';
import { RestoreCustomerHandler } from './application/commands/restore-customer.js';
import { SetRolesHandler } from './application/commands/set-roles.js';
import { CustomerEraser } from './application/customer-eraser.js';
import { CustomerRecord } from './application/customer-record.js';
import { DocumentNames } from './application/document-names.js';
import { LocalAdministrators } from './application/local-administrators.js';
import { LocalCustomerDirectory } from './application/local-customer-directory.js';
import { CustomerRules, Customers } from './application/ports.js';
import { ExportCustomerHandler } from './application/queries/export-customer.js';
import { GetCustomerHandler } from './application/queries/get-customer.js';
import { ListCustomersHandler } from './application/queries/list-customers.js';
import { AnnouncedViews, CustomerLists, CustomerViews, SignInViews } from './application/views.js';
import { Administrators, CustomerDirectory, CustomerExport, CustomerImport, IdentifierWatchers } from './facade.js';

import {
  AccountNoticeDue,
  AccountNotices,
  ChangeCodeDue,
  ChangeNoticeDue,
  IdentifierChangesPurge,
  identifierChanges,
} from './identifier-changes.module.js';
import { transfer } from './transfer.module.js';

export { customersTables } from './adapters/typeorm/tables.js';
export { CUSTOMERS_PROBLEMS as customersProblems } from './domain/errors.js';
export { customersEvents } from './events.js';

@Module({
  imports: [CqrsModule, AuthModule, CodesModule, ...identifierChanges.imports],
  controllers: [
    ExportController,
    MeController,
    CustomerListController,
    CustomersController,
    CustomerStandingController,
    CreateCustomerController,
    DocumentsController,
    ...identifierChanges.controllers,
  ],
  providers: [
    ...identifierChanges.providers,
    GetCustomerHandler,
    ListCustomersHandler,
    ExportCustomerHandler,
    ChangeCustomerHandler,
    CreateCustomerHandler,
    ConfirmDocumentHandler,
    DeleteCustomerHandler,
    EndSessionsHandler,
    EraseCustomerHandler,
    RestoreCustomerHandler,
    SetRolesHandler,
    { provide: IdentifierWatchers, useFactory: () => new IdentifierWatchers() },
    wire(CustomerRecord, CustomerRecord, [
      Customers,
      DocumentNames,
      Outbox,
      AuditTrail,
      Clock,
      IdentifierHasher,
      IdentifierWatchers,
    ]),
    ...transfer.providers,
    wire(DocumentNames, DocumentNames, [Customers, SignInNames, IdentifierHasher]),
    { provide: SealedDocuments, inject: [Secrets], useFactory: (secrets: Secrets) => new SealedDocuments(secrets) },
    { provide: Customers, useClass: TypeOrmCustomers },
    { provide: CustomerViews, useClass: SqlCustomerViews },
    wire<CustomerLists, [Database, SealedDocuments]>(CustomerLists, SqlCustomerLists, [Database, SealedDocuments]),
    { provide: SignInViews, useExisting: SignInRecords },
    {
      provide: AnnouncedViews,
      inject: [KeptEvents],
      useFactory: (events: KeptEvents): AnnouncedViews => ({ of: (id) => events.of('customer', id) }),
    },
    { provide: CustomerRules, useExisting: Settings },
    wire(CustomerEraser, CustomerEraser, [
      UnitOfWork,
      CustomerRecord,
      Customers,
      PendingChanges,
      SubjectErasure,
      GuessErasure,
      EventErasure,
      IdentifierWatchers,
      IdentifierHasher,
    ]),
    {
      provide: DeletedCustomersSweep,
      inject: [Database, CustomerEraser, Clock, Settings],
      useFactory: (database: Database, eraser: CustomerEraser, clock: Clock, { deletedCustomersDays }: Settings) =>
        new DeletedCustomersSweep(database, eraser, clock, deletedCustomersDays),
    },
    wire(Administrators, LocalAdministrators, [
      UnitOfWork,
      CustomerDirectory,
      IdentifierWatchers,
      Credentials,
      Ids,
      AuditTrail,
      CustomerRules,
    ]),
    wire(CustomerDirectory, LocalCustomerDirectory, [
      Customers,
      CustomerViews,
      Credentials,
      SignInNames,
      Outbox,
      IdentifierHasher,
      Clock,
    ]),
  ],
  exports: [Administrators, CustomerDirectory, CustomerExport, CustomerImport, IdentifierWatchers],
})
export class CustomersModule {
  constructor(
    housekeeping: Housekeeping,
    deleted: DeletedCustomersSweep,
    changes: IdentifierChangesPurge,
    dispatcher: Dispatcher,
    codeDue: ChangeCodeDue,
    noticeDue: ChangeNoticeDue,
    accountNoticeDue: AccountNoticeDue,
    accountNotices: AccountNotices,
    accountChanges: AccountChangeListeners,
  ) {
    housekeeping.add(changes);
    dispatcher.serve(codeDue);
    dispatcher.serve(noticeDue);
    dispatcher.serve(accountNoticeDue);
    accountChanges.add(accountNotices);
    housekeeping.add(deleted);
  }
}

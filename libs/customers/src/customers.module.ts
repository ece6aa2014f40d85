import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { AuthModule } from '#auth/module';
import { AuditTrail, Clock, IdentifierHasher, Ids, Outbox, UnitOfWork } from '#kernel';
import { Settings, wire } from '#platform';
import { CustomersController } from './adapters/http/customers.controller.js';
import { SqlCustomerViews } from './adapters/typeorm/sql-customer-views.js';
import { TypeOrmCustomers } from './adapters/typeorm/typeorm-customers.js';
import { ChangeCustomerHandler } from './application/commands/change-customer.js';
import { DeleteCustomerHandler } from './application/commands/delete-customer.js';
import { RestoreCustomerHandler } from './application/commands/restore-customer.js';
import { SetRolesHandler } from './application/commands/set-roles.js';
import { CustomerRecord } from './application/customer-record.js';
import { LocalAdministrators } from './application/local-administrators.js';
import { LocalCustomerDirectory } from './application/local-customer-directory.js';
import { CustomerRules, Customers } from './application/ports.js';
import { GetCustomerHandler } from './application/queries/get-customer.js';
import { CustomerViews } from './application/views.js';
import { Administrators, CustomerDirectory } from './facade.js';

export { customersTables } from './adapters/typeorm/tables.js';
export { CUSTOMERS_PROBLEMS as customersProblems } from './domain/errors.js';

@Module({
  imports: [CqrsModule, AuthModule],
  controllers: [CustomersController],
  providers: [
    GetCustomerHandler,
    ChangeCustomerHandler,
    DeleteCustomerHandler,
    RestoreCustomerHandler,
    SetRolesHandler,
    wire(CustomerRecord, CustomerRecord, [Customers, Outbox, AuditTrail, Clock]),
    { provide: Customers, useClass: TypeOrmCustomers },
    { provide: CustomerViews, useClass: SqlCustomerViews },
    { provide: CustomerRules, useExisting: Settings },
    wire(Administrators, LocalAdministrators, [
      UnitOfWork,
      CustomerDirectory,
      Credentials,
      Ids,
      AuditTrail,
      CustomerRules,
    ]),
    wire(CustomerDirectory, LocalCustomerDirectory, [
      Customers,
      CustomerViews,
      Credentials,
      Outbox,
      IdentifierHasher,
      Clock,
    ]),
  ],
  exports: [Administrators, CustomerDirectory],
})
export class CustomersModule {}

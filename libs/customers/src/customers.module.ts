import { Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { Credentials } from '#auth';
import { AuthModule } from '#auth/module';
import { AuditTrail, Clock, IdentifierHasher, Ids, Outbox, UnitOfWork } from '#kernel';
import { Settings, wire } from '#platform';
import { CustomersController } from './adapters/http/customers.controller.js';
import { SqlCustomerViews } from './adapters/typeorm/sql-customer-views.js';
import { TypeOrmCustomers } from './adapters/typeorm/typeorm-customers.js';
import { LocalAdministrators } from './application/local-administrators.js';
import { LocalCustomerDirectory } from './application/local-customer-directory.js';
import { CustomerRules, Customers } from './application/ports.js';
import { GetCustomerHandler } from './application/queries/get-customer.js';
import { CustomerViews } from './application/views.js';
import { IdentifierTaken } from './domain/errors.js';
import { Administrators, CustomerDirectory } from './facade.js';

export { customersTables } from './adapters/typeorm/tables.js';
export const customersProblems = [new IdentifierTaken()];

@Module({
  imports: [CqrsModule, AuthModule],
  controllers: [CustomersController],
  providers: [
    GetCustomerHandler,
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

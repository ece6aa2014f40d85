import type { Provider } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { CredentialTransfer } from '#auth';
import { AuditTrail, Clock, Ids } from '#kernel';
import { provideService } from '#platform/config';
import { FileCustomerExport } from './adapters/files/file-customer-export.js';
import { FileCustomerImport } from './adapters/files/file-customer-import.js';
import { TypeOrmCustomerBatches } from './adapters/typeorm/typeorm-customer-batches.js';
import { ImportCustomersHandler } from './application/commands/import-customers.js';
import { ExportCustomersHandler } from './application/queries/export-customers.js';
import { CustomerBatches } from './application/transfer-ports.js';
import { CustomerExport, CustomerImport } from './facade.js';

const providers: Provider[] = [
  ImportCustomersHandler,
  ExportCustomersHandler,
  { provide: CustomerBatches, useClass: TypeOrmCustomerBatches },
  provideService(CustomerImport, FileCustomerImport, [CommandBus, AuditTrail, Ids, Clock]),
  provideService(CustomerExport, FileCustomerExport, [QueryBus, CredentialTransfer, AuditTrail]),
];

/** The providers of import and export. Part of `CustomersModule`. */
export const importExportProviders = { providers };

import { DATABASES } from '#platform/database/testing';
import { openOutboxDatabase } from '../testing/outbox-database.js';
import { outboxBulkDeliveriesContract } from './outbox-bulk-deliveries.contract.js';
import { outboxDeliveriesContract } from './outbox-deliveries.contract.js';
import { parkedDeliveriesContract } from './parked-deliveries.contract.js';

for (const [name, fresh] of DATABASES)
  for (const contract of [outboxDeliveriesContract, parkedDeliveriesContract, outboxBulkDeliveriesContract])
    contract(name, () => openOutboxDatabase(fresh, ['one', 'two'], 3));

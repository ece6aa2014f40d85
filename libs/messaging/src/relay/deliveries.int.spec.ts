import { DATABASES } from '#platform/database/testing';
import { openOutbox } from '../testing/outbox-database.js';
import { bulkDeliveriesContract } from './bulk-deliveries.contract.js';
import { deliveriesContract } from './deliveries.contract.js';
import { parkedDeliveriesContract } from './parked-deliveries.contract.js';

for (const [name, fresh] of DATABASES)
  for (const contract of [deliveriesContract, parkedDeliveriesContract, bulkDeliveriesContract])
    contract(name, () => openOutbox(fresh, ['one', 'two'], 3));

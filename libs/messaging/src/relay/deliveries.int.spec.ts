import { DATABASES } from '#platform/testing';
import { openOutbox } from '../testing/outbox-database.js';
import { deliveriesContract } from './deliveries.contract.js';

for (const [name, fresh] of DATABASES) deliveriesContract(name, () => openOutbox(fresh, ['one', 'two'], 3));

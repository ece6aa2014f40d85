import type { Database } from '#platform/database';
import { SqlSignInRecords } from '../../../libs/auth/src/adapters/typeorm/sql-sign-in-records.js';
import { DeletedCustomersPurge } from '../../../libs/customers/src/adapters/typeorm/deleted-customers-purge.js';
import { SqlCustomerLists } from '../../../libs/customers/src/adapters/typeorm/sql-customer-lists.js';
import { TypeOrmCustomers } from '../../../libs/customers/src/adapters/typeorm/typeorm-customers.js';
import type { CustomerFilter } from '../../../libs/customers/src/application/views.js';
import { Customer } from '../../../libs/customers/src/domain/customer.js';
import { aNewCustomer } from '../../../libs/customers/src/testing/a-new-customer.js';
import { StoredEvents } from '../../../libs/messaging/src/outbox/stored-events.js';
import { TypeOrmEventErasure } from '../../../libs/messaging/src/outbox/typeorm-event-erasure.js';
import { OutboxDeliveries } from '../../../libs/messaging/src/relay/outbox-deliveries.js';
import { TypeOrmRegistrationKeys } from '../../../libs/registration/src/adapters/typeorm/typeorm-registration-keys.js';
import { universalStub } from './universal-stub.js';

const NO_FILTER: CustomerFilter = {
  ...{ email: null, phone: null, documentHashes: null },
  ...{ status: null, createdAfter: null, prefix: null },
};
const SEARCHES = ['mia', 'mia@ex', '+1202'].map((prefix) => ({ ...NO_FILTER, prefix }));
const CURSOR = { at: new Date(0), id: 'x' };

const customer = Customer.create(aNewCustomer(), new Date(0));

/** What cannot be called with just anything, because it looks at what it is given. */
export const EXPLICIT_CALLS: readonly ((database: Database) => Promise<unknown>)[] = [
  ...[NO_FILTER, ...SEARCHES].flatMap((filter) => [
    (database: Database) => customerListsOf(database).page(filter, { limit: 20, after: CURSOR }),
    (database: Database) => customerListsOf(database).count(filter),
  ]),
  (database) =>
    new TypeOrmCustomers(database, universalStub()).replace(customer, customer.incrementVersion(new Date(0))),
  (database) => new DeletedCustomersPurge(database, universalStub(), universalStub(), 30).run(),
  (database) => new OutboxDeliveries(withEarlierHead(database), universalStub()).lease('x'),
  (database) => database.insertRows('things', [{ id: 1, n: null }]),
  (database) => new TypeOrmRegistrationKeys(withKeyHolder(database), universalStub()).reassign(['x'], 'y'),
  (database) => new StoredEvents(database).readByAggregate('customer', 'x').next(),
  async (database) => (await new SqlSignInRecords(database).of('x')).sessions[Symbol.asyncIterator]().next(),
  (database) => new TypeOrmEventErasure(withOutboxEvent(database)).erase('customer', 'x', []),
];

/** An identifier is somebody's, whose events were counted for the first time. */
const withKeyHolder = (database: Database): Database => {
  const query = (...[sql, values]: Parameters<Database['query']>) =>
    database.query(sql, values).then(() => [{ hash: 'x', customer_id: 'x', sequence: 1 }]);
  const execute = (...[sql, values]: Parameters<Database['execute']>) =>
    database.execute(sql, values).then(() => (sql.startsWith('update registration_lost_ids') ? 0 : 1));
  return { dialect: database.dialect, query, execute } as unknown as Database;
};

/** Whoever walks finds something that others may come before. */
const withEarlierHead = (database: Database): Database => {
  const query = (...[sql, values]: Parameters<Database['query']>) =>
    database
      .query(sql, values)
      .then(() => [{ id: '1', type: 'x', subject: 'x', sequence: 2, lane: 'x:bulk', earlier: '2' }]);
  return { dialect: database.dialect, query, execute: database.execute.bind(database) } as unknown as Database;
};

/** Whoever asks gets an event that waits. */
const withOutboxEvent = (database: Database): Database => {
  const query = (...[sql, values]: Parameters<Database['query']>) =>
    database.query(sql, values).then(() => [{ id: 'x', payload: '{"data":{}}' }]);
  return { query, execute: database.execute.bind(database) } as unknown as Database;
};

const customerListsOf = (database: Database) => new SqlCustomerLists(database, universalStub());

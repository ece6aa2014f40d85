import { beforeEach, describe, expect, it } from 'vitest';
import { parseIdentifier } from '#kernel';
import { FixedClock, hashed, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { Customer } from '../../domain/customer.js';
import { IdentifierTaken } from '../../domain/errors.js';
import { CustomerCreatedV1 } from '../../events.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingCredentials } from '../../testing/recording-credentials.js';
import { LocalCustomerDirectory } from './local-customer-directory.js';

const MIA = parseIdentifier('mia@example.org', 'US');
const AVAILABLE = { holderId: null, idIsUsed: false, createdByAttemptId: null };

describe('LocalCustomerDirectory', () => {
  let customers: InMemoryCustomers;
  let credentials: RecordingCredentials;
  let outbox: RecordingOutbox;
  let directory: LocalCustomerDirectory;

  const identifiers = new PlainIdentifierHasher();

  beforeEach(() => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentials();
    outbox = new RecordingOutbox();
    const views = new InMemoryCustomerViews(customers);
    directory = new LocalCustomerDirectory(
      customers,
      views,
      credentials,
      new InMemorySignInNames(),
      outbox,
      identifiers,
      new FixedClock(),
    );
  });

  it('creates a customer who can sign in and emits the event', async () => {
    const newCustomer = aNewCustomer({ identifier: MIA });
    const view = await directory.createCustomer(newCustomer);
    expect(await directory.find(newCustomer.id)).toEqual(view);
    expect(view).toMatchObject({ id: newCustomer.id, email: 'mia@example.org', status: 'active', version: 1 });
    expect(view.createdAt).toBe('2026-03-01T12:00:00.000Z');
    expect(credentials.enrolled).toEqual([
      {
        customerId: newCustomer.id,
        identifierHash: identifiers.hash(MIA),
        credential: 'v2$0$hashed',
        roles: ['customer'],
        market: newCustomer.market,
        locale: newCustomer.locale,
        oneTime: false,
      },
    ]);
    expect(outbox.events.map(({ type, subject, sequence, market }) => [type, subject, sequence, market])).toEqual([
      ['customer.created.v1', newCustomer.id, 1, 'US'],
    ]);
  });

  it('emits only the documented fields', async () => {
    const view = await directory.createCustomer(aNewCustomer());
    const [event] = outbox.events;
    expect(event).toBeInstanceOf(CustomerCreatedV1);
    const { document: _document, attributes: _attributes, ...documentedFields } = view;
    expect(event?.data).toEqual(documentedFields);
    expect(JSON.stringify(event)).not.toMatch(/credential|hashed|attempt/);
  });

  it('returns a view that is byte-identical to a later read', async () => {
    const newCustomer = aNewCustomer();
    const view = await directory.createCustomer(newCustomer);
    expect(JSON.stringify(view)).toBe(JSON.stringify(await directory.find(newCustomer.id)));
  });

  it('rejects an identifier taken by a concurrent request without enrolment or event', async () => {
    await directory.createCustomer(aNewCustomer({ identifier: MIA }));
    await expect(directory.createCustomer(aNewCustomer({ identifier: MIA }))).rejects.toBeInstanceOf(IdentifierTaken);
    expect([credentials.enrolled.length, outbox.events.length]).toEqual([1, 1]);
  });

  describe('checkAvailability', () => {
    it('reports an unused identifier and id as available', async () => {
      expect(await directory.checkAvailability(MIA, null)).toEqual(AVAILABLE);
      expect(await directory.checkAvailability(MIA, 'free')).toEqual(AVAILABLE);
    });

    it('reports the holder together with their own id', async () => {
      const { id, attemptId } = aNewCustomer({ identifier: MIA });
      await directory.createCustomer(aNewCustomer({ identifier: MIA, id, attemptId }));
      expect(await directory.checkAvailability(MIA, id)).toEqual({
        holderId: id,
        idIsUsed: true,
        createdByAttemptId: attemptId,
      });
    });

    it('reports the holder without an id or with an unused id', async () => {
      const { id } = await directory.createCustomer(aNewCustomer({ identifier: MIA }));
      expect(await directory.checkAvailability(MIA, null)).toEqual({ ...AVAILABLE, holderId: id });
      expect(await directory.checkAvailability(MIA, 'free')).toEqual({ ...AVAILABLE, holderId: id });
    });

    it('reports a free identifier and an id of another customer', async () => {
      const other = aNewCustomer();
      await directory.createCustomer(other);
      expect(await directory.checkAvailability(MIA, other.id)).toEqual({
        holderId: null,
        idIsUsed: true,
        createdByAttemptId: other.attemptId,
      });
    });

    it('reports the holder and an id of another customer', async () => {
      const other = aNewCustomer();
      await directory.createCustomer(other);
      const { id } = await directory.createCustomer(aNewCustomer({ identifier: MIA }));
      expect(await directory.checkAvailability(MIA, other.id)).toEqual({
        holderId: id,
        idIsUsed: true,
        createdByAttemptId: other.attemptId,
      });
    });

    it('finds a holder stored under an older key', async () => {
      const newCustomer = aNewCustomer({ identifier: MIA });
      await customers.add(Customer.create(newCustomer, new Date()), { email: hashed('old', MIA.key), phone: null });
      expect((await directory.checkAvailability(MIA, null)).holderId).toBe(newCustomer.id);
    });
  });
});

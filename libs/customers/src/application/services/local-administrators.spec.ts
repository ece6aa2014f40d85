import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingCredentials } from '../../testing/recording-credentials.js';
import { RecordingIdentifierAssignmentListener } from '../../testing/recording-identifier-assignment-listener.js';
import { LocalAdministrators } from './local-administrators.js';
import { LocalCustomerDirectory } from './local-customer-directory.js';

const WORK = new ImmediateUnitOfWork();

describe('LocalAdministrators', () => {
  let credentials: RecordingCredentials;
  let directory: LocalCustomerDirectory;
  let administrators: LocalAdministrators;
  let recorded: string[];
  let listener: RecordingIdentifierAssignmentListener;

  beforeEach(() => {
    const customers = new InMemoryCustomers();
    credentials = new RecordingCredentials();
    recorded = [];
    const listeners = new IdentifierAssignmentListeners();
    listener = new RecordingIdentifierAssignmentListener();
    listeners.add(listener);
    let ids = 0;
    const id = () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`;
    const [views, outbox] = [new InMemoryCustomerViews(customers), new RecordingOutbox()];
    const identifiers = new PlainIdentifierHasher();
    directory = new LocalCustomerDirectory(
      customers,
      views,
      credentials,
      new InMemorySignInNames(),
      outbox,
      identifiers,
      new FixedClock(),
    );
    const audit = { record: async ({ action }: { action: string }) => void recorded.push(action) };
    const settings = { defaultMarket: 'BR' };
    administrators = new LocalAdministrators(
      ...([WORK, directory, listeners, credentials, { next: id, opaque: id }, audit, settings] as const),
    );
  });

  it('creates a customer whose one-time password can only be used to set a new one [ST-04]', async () => {
    const { customerId, oneTimePassword } = await administrators.appointAdministrator('root@example.org');
    expect(await directory.find(customerId)).toMatchObject({ email: 'root@example.org', verifiedBy: 'staff' });
    const [enrolled] = credentials.enrolled;
    expect(enrolled).toMatchObject({ customerId, roles: ['customer', 'admin'], oneTime: true });
    expect(enrolled?.credential).toBe(`hashed(${oneTimePassword})`);
    expect(recorded).toEqual(['admin.appointed']);
    expect(listener.assignments).toEqual([`email:root@example.org -> ${customerId}`]);
  });

  it('gives an existing customer the role and keeps the password', async () => {
    const mia = aNewCustomer({ identifier: parseIdentifier('mia@example.org', 'BR') });
    await directory.createCustomer(mia);
    expect(await administrators.appointAdministrator('mia@example.org')).toEqual({
      customerId: mia.id,
      oneTimePassword: null,
    });
    expect(credentials.roles).toEqual([{ customerId: mia.id, roles: ['customer', 'admin'] }]);
    expect(listener.assignments).toEqual([]);
  });

  it('rejects an invalid e-mail address', async () => {
    await expect(administrators.appointAdministrator('root')).rejects.toBeInstanceOf(InvalidInput);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import type { ProfileChange } from '../../domain/customer.js';
import { CustomerChanged, CustomerNotFound, IdentifierTaken } from '../../domain/errors.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingCredentials } from '../../testing/recording-credentials.js';
import { RecordingIdentifierAssignmentListener } from '../../testing/recording-identifier-assignment-listener.js';
import { CustomerUpdater } from '../services/customer-updater.js';
import { DocumentSignInNames } from '../services/document-sign-in-names.js';
import { LocalCustomerDirectory } from '../services/local-customer-directory.js';
import { ChangeCustomer, ChangeCustomerHandler } from './change-customer.js';
import { DeleteCustomer, DeleteCustomerHandler } from './delete-customer.js';
import { RestoreCustomer, RestoreCustomerHandler } from './restore-customer.js';
import { SetRoles, SetRolesHandler } from './set-roles.js';

const WORK = new ImmediateUnitOfWork();
const ACTOR = { by: 'an admin', source: '192.0.2.7' };
const MIA = parseIdentifier('mia@example.org', 'US');

describe('customer lifecycle', () => {
  let customers: InMemoryCustomers;
  let credentials: RecordingCredentials;
  let outbox: RecordingOutbox;
  let directory: LocalCustomerDirectory;
  let recorded: string[];
  let record: CustomerUpdater;
  let listener: RecordingIdentifierAssignmentListener;
  let names: InMemorySignInNames;
  let id: string;

  const identifiers = new PlainIdentifierHasher();
  const change = (profile: ProfileChange, status?: 'active' | 'suspended', version: number | null = null) =>
    new ChangeCustomerHandler(WORK, record, credentials).execute(
      new ChangeCustomer(id, profile, status, version, ACTOR),
    );
  const remove = (version: number | null = null) =>
    new DeleteCustomerHandler(WORK, record, credentials).execute(new DeleteCustomer(id, version, ACTOR));
  const restore = () =>
    new RestoreCustomerHandler(WORK, record, credentials, identifiers).execute(new RestoreCustomer(id, ACTOR));
  const admit = async () => {
    const newCustomer = aNewCustomer({ identifier: MIA, firstName: 'Mia' });
    await directory.createCustomer(newCustomer);
    return newCustomer.id;
  };
  const emittedEvents = () => outbox.events.slice(1).map(({ type, sequence }) => [type, sequence]);

  beforeEach(async () => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentials();
    names = new InMemorySignInNames();
    outbox = new RecordingOutbox();
    recorded = [];
    const listeners = new IdentifierAssignmentListeners();
    listener = new RecordingIdentifierAssignmentListener();
    listeners.add(listener);
    const clock = new FixedClock();
    const views = new InMemoryCustomerViews(customers);
    directory = new LocalCustomerDirectory(
      customers,
      views,
      credentials,
      new InMemorySignInNames(),
      outbox,
      identifiers,
      clock,
    );
    const audit = { record: async ({ action }: { action: string }) => void recorded.push(action) };
    const documents = new DocumentSignInNames(customers, names, identifiers);
    record = new CustomerUpdater(customers, documents, outbox, audit, clock, identifiers, listeners);
    id = await admit();
  });

  describe('ChangeCustomer', () => {
    it('changes the given fields only, emits an event and records it', async () => {
      const view = await change({ lastName: 'Lovelace', attributes: { vip: true } });
      expect(view).toMatchObject({ firstName: 'Mia', lastName: 'Lovelace', attributes: { vip: true }, version: 2 });
      expect(await directory.find(id)).toEqual(view);
      expect([emittedEvents(), recorded, listener.assignments]).toEqual([
        [['customer.updated.v1', 2]],
        ['customer.updated'],
        [],
      ]);
      expect(JSON.stringify(outbox.events.at(-1))).not.toContain('vip');
    });

    it('removes a field that is null', async () => {
      await change({ attributes: { a: 1, b: 2 } });
      expect(await change({ firstName: null, attributes: { a: null } })).toMatchObject({
        firstName: null,
        attributes: { b: 2 },
      });
    });

    it('replaces all attributes and keeps null and nested values', async () => {
      await change({ attributes: { a: 1, deep: { b: 2 } } });
      const view = await change({ firstName: null, allAttributes: { deep: { c: null } } });
      expect(view).toMatchObject({ firstName: null, version: 3 });
      expect(view.attributes).toEqual({ deep: { c: null } });
      expect((await change({ allAttributes: { deep: { c: null } } })).version).toBe(3);
    });

    it('accepts read-only fields with their current values only', async () => {
      const handler = new ChangeCustomerHandler(WORK, record, credentials);
      const named = (stated: object) =>
        handler.execute(new ChangeCustomer(id, { firstName: 'Mira' }, undefined, null, ACTOR, stated));
      for (const stated of [{ email: 'zoe@example.org' }, { phone: '+14155550132' }, { id: 'x' }, { version: 2 }])
        await expect(named(stated)).rejects.toBeInstanceOf(InvalidInput);
      expect(emittedEvents()).toEqual([]);
      expect(await named({ id, email: 'mia@example.org', phone: null, version: 1 })).toMatchObject({ version: 2 });
    });

    it('writes nothing when nothing changes', async () => {
      expect((await change({ firstName: 'Mia' }, 'active')).version).toBe(1);
      expect([emittedEvents(), recorded]).toEqual([[], []]);
    });

    it('rejects an outdated version [RC-12]', async () => {
      await change({ firstName: 'Mira' }, undefined, 1);
      await expect(change({ firstName: 'Maja' }, undefined, 1)).rejects.toBeInstanceOf(CustomerChanged);
      expect(await directory.find(id)).toMatchObject({ firstName: 'Mira' });
    });

    it.each([
      [null, 'Mira', 3],
      [1, 'Maja', 2],
    ])('of version %s during a concurrent write results in %s [RC-12]', async (version, firstName, last) => {
      const replace = customers.replace.bind(customers);
      customers.replace = async (before, ...rest) => {
        customers.replace = replace;
        await replace(before, before.changeProfile({ firstName: 'Maja', lastName: 'Ü' }, new Date()));
        return replace(before, ...rest);
      };
      const changed = change({ firstName: 'Mira' }, undefined, version);
      if (version === null) expect(await changed).toMatchObject({ firstName, lastName: 'Ü' });
      else await expect(changed).rejects.toBeInstanceOf(CustomerChanged);
      expect(await directory.find(id)).toMatchObject({ firstName, lastName: 'Ü', version: last });
    });

    it('rejects an unreadable name', async () => {
      await expect(change({ firstName: '\u0000' })).rejects.toBeInstanceOf(InvalidInput);
      await expect(change({ attributes: { a: 'x'.repeat(5_000) } })).rejects.toBeInstanceOf(InvalidInput);
    });

    it('applies the status to sign-in and emits a separate event [AC-31]', async () => {
      const view = await change({ firstName: 'Mira' }, 'suspended');
      expect(view).toMatchObject({ firstName: 'Mira', status: 'suspended', version: 3 });
      expect(emittedEvents()).toEqual([
        ['customer.updated.v1', 2],
        ['customer.suspended.v1', 3],
      ]);
      expect(credentials.statuses).toEqual([{ customerId: id, status: 'suspended' }]);
      await change({}, 'active');
      expect(emittedEvents().at(-1)).toEqual(['customer.reactivated.v1', 4]);
      expect(credentials.statuses.at(-1)).toEqual({ customerId: id, status: 'active' });
    });

    it('rejects an unknown customer', async () => {
      id = '00000000-0000-4000-8000-000000000000';
      await expect(change({})).rejects.toBeInstanceOf(CustomerNotFound);
    });
  });

  describe('DeleteCustomer and RestoreCustomer', () => {
    it('releases the identifier, ends every session and emits one event [AC-31]', async () => {
      await remove();
      expect(await directory.find(id)).toBeNull();
      expect(await directory.checkAvailability(MIA, id)).toMatchObject({ holderId: null, idIsUsed: true });
      expect(credentials.withdrawn).toEqual([id]);
      await expect(remove()).rejects.toBeInstanceOf(CustomerNotFound);
      expect([emittedEvents(), recorded]).toEqual([[['customer.deleted.v1', 2]], ['customer.deleted']]);
      expect(listener.assignments).toEqual(['email:mia@example.org -> nobody']);
    });

    it('rejects another version', async () => {
      await expect(remove(7)).rejects.toBeInstanceOf(CustomerChanged);
      expect(await directory.find(id)).not.toBeNull();
    });

    it('restores a customer who can sign in as before', async () => {
      await remove();
      expect(await restore()).toMatchObject({ id, email: 'mia@example.org', version: 3 });
      expect(credentials.readmitted).toEqual([{ customerId: id, identifierHash: identifiers.hash(MIA) }]);
      expect(emittedEvents().at(-1)).toEqual(['customer.restored.v1', 3]);
      expect(listener.assignments.at(-1)).toBe(`email:mia@example.org -> ${id}`);
    });

    it('restores once when the request is repeated', async () => {
      await remove();
      const view = await restore();
      await change({ firstName: 'Mira' });
      expect(await restore()).toEqual({ ...view, firstName: 'Mira', version: 4, updatedAt: expect.anything() });
      expect([emittedEvents().length, recorded.length, credentials.readmitted.length]).toEqual([3, 3, 1]);
      id = '00000000-0000-4000-8000-000000000000';
      await expect(restore()).rejects.toBeInstanceOf(CustomerNotFound);
    });

    it('restores a suspended customer as suspended', async () => {
      await change({}, 'suspended');
      await remove();
      expect((await restore()).status).toBe('suspended');
      expect(credentials.statuses.at(-1)).toEqual({ customerId: id, status: 'suspended' });
    });

    it('does not restore when another customer has the identifier [INV-03]', async () => {
      await remove();
      const gone = id;
      const newCustomer = await admit();
      id = gone;
      await expect(restore()).rejects.toBeInstanceOf(IdentifierTaken);
      expect(await directory.checkAvailability(MIA, null)).toMatchObject({ holderId: newCustomer });
    });
  });

  it('replaces the roles and emits an event', async () => {
    const handler = new SetRolesHandler(WORK, record, credentials);
    await handler.execute(new SetRoles(id, ['customer', 'staff'], ACTOR));
    expect(credentials.roles).toEqual([{ customerId: id, roles: ['customer', 'staff'] }]);
    expect(outbox.events.at(-1)).toMatchObject({
      type: 'customer.roles_changed.v1',
      sequence: 2,
      data: { id, roles: ['customer', 'staff'] },
    });
    await remove();
    await expect(handler.execute(new SetRoles(id, ['customer'], ACTOR))).rejects.toBeInstanceOf(CustomerNotFound);
  });
});

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
const ORDERED = { by: 'an admin', source: '192.0.2.7' };
const MIA = parseIdentifier('mia@example.org', 'US');

describe('the life of a customer', () => {
  let customers: InMemoryCustomers;
  let credentials: RecordingCredentials;
  let outbox: RecordingOutbox;
  let directory: LocalCustomerDirectory;
  let recorded: string[];
  let record: CustomerUpdater;
  let moves: RecordingIdentifierAssignmentListener;
  let names: InMemorySignInNames;
  let id: string;

  const identifiers = new PlainIdentifierHasher();
  const change = (profile: ProfileChange, status?: 'active' | 'suspended', version: number | null = null) =>
    new ChangeCustomerHandler(WORK, record, credentials).execute(
      new ChangeCustomer(id, profile, status, version, ORDERED),
    );
  const remove = (version: number | null = null) =>
    new DeleteCustomerHandler(WORK, record, credentials).execute(new DeleteCustomer(id, version, ORDERED));
  const restore = () =>
    new RestoreCustomerHandler(WORK, record, credentials, identifiers).execute(new RestoreCustomer(id, ORDERED));
  const admit = async () => {
    const newCustomer = aNewCustomer({ identifier: MIA, firstName: 'Mia' });
    await directory.createCustomer(newCustomer);
    return newCustomer.id;
  };
  const told = () => outbox.events.slice(1).map(({ type, sequence }) => [type, sequence]);

  beforeEach(async () => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentials();
    names = new InMemorySignInNames();
    outbox = new RecordingOutbox();
    recorded = [];
    const watchers = new IdentifierAssignmentListeners();
    moves = new RecordingIdentifierAssignmentListener();
    watchers.add(moves);
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
    record = new CustomerUpdater(customers, documents, outbox, audit, clock, identifiers, watchers);
    id = await admit();
  });

  describe('a change', () => {
    it('takes what is given, leaves the rest, and is told and written down', async () => {
      const view = await change({ lastName: 'Lovelace', attributes: { vip: true } });
      expect(view).toMatchObject({ firstName: 'Mia', lastName: 'Lovelace', attributes: { vip: true }, version: 2 });
      expect(await directory.find(id)).toEqual(view);
      expect([told(), recorded, moves.assignments]).toEqual([[['customer.updated.v1', 2]], ['customer.updated'], []]);
      expect(JSON.stringify(outbox.events.at(-1))).not.toContain('vip');
    });

    it('takes away what is null', async () => {
      await change({ attributes: { a: 1, b: 2 } });
      expect(await change({ firstName: null, attributes: { a: null } })).toMatchObject({
        firstName: null,
        attributes: { b: 2 },
      });
    });

    it('of everything takes the place of all attributes, and keeps null and what is nested', async () => {
      await change({ attributes: { a: 1, deep: { b: 2 } } });
      const view = await change({ firstName: null, allAttributes: { deep: { c: null } } });
      expect(view).toMatchObject({ firstName: null, version: 3 });
      expect(view.attributes).toEqual({ deep: { c: null } });
      expect((await change({ allAttributes: { deep: { c: null } } })).version).toBe(3);
    });

    it('may name what cannot be changed, as it is, and nothing else', async () => {
      const handler = new ChangeCustomerHandler(WORK, record, credentials);
      const named = (stated: object) =>
        handler.execute(new ChangeCustomer(id, { firstName: 'Mira' }, undefined, null, ORDERED, stated));
      for (const stated of [{ email: 'zoe@example.org' }, { phone: '+14155550132' }, { id: 'x' }, { version: 2 }])
        await expect(named(stated)).rejects.toBeInstanceOf(InvalidInput);
      expect(told()).toEqual([]);
      expect(await named({ id, email: 'mia@example.org', phone: null, version: 1 })).toMatchObject({ version: 2 });
    });

    it('that changes nothing is no write', async () => {
      expect((await change({ firstName: 'Mia' }, 'active')).version).toBe(1);
      expect([told(), recorded]).toEqual([[], []]);
    });

    it('RC-12 of a version that is not there any more is refused', async () => {
      await change({ firstName: 'Mira' }, undefined, 1);
      await expect(change({ firstName: 'Maja' }, undefined, 1)).rejects.toBeInstanceOf(CustomerChanged);
      expect(await directory.find(id)).toMatchObject({ firstName: 'Mira' });
    });

    it.each([
      [null, 'Mira', 3],
      [1, 'Maja', 2],
    ])('RC-12 of version %s, while somebody else writes, ends as %s', async (version, firstName, last) => {
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

    it('to what nobody can read is refused', async () => {
      await expect(change({ firstName: '\u0000' })).rejects.toBeInstanceOf(InvalidInput);
      await expect(change({ attributes: { a: 'x'.repeat(5_000) } })).rejects.toBeInstanceOf(InvalidInput);
    });

    it('AC-31 of the status reaches those who sign in, and is a fact of its own', async () => {
      const view = await change({ firstName: 'Mira' }, 'suspended');
      expect(view).toMatchObject({ firstName: 'Mira', status: 'suspended', version: 3 });
      expect(told()).toEqual([
        ['customer.updated.v1', 2],
        ['customer.suspended.v1', 3],
      ]);
      expect(credentials.statuses).toEqual([{ customerId: id, status: 'suspended' }]);
      await change({}, 'active');
      expect(told().at(-1)).toEqual(['customer.reactivated.v1', 4]);
      expect(credentials.statuses.at(-1)).toEqual({ customerId: id, status: 'active' });
    });

    it('of nobody is refused', async () => {
      id = '00000000-0000-4000-8000-000000000000';
      await expect(change({})).rejects.toBeInstanceOf(CustomerNotFound);
    });
  });

  describe('a deletion', () => {
    it('AC-31 frees the identifier, ends every session, and is told once', async () => {
      await remove();
      expect(await directory.find(id)).toBeNull();
      expect(await directory.checkAvailability(MIA, id)).toMatchObject({ holderId: null, idIsUsed: true });
      expect(credentials.withdrawn).toEqual([id]);
      await expect(remove()).rejects.toBeInstanceOf(CustomerNotFound);
      expect([told(), recorded]).toEqual([[['customer.deleted.v1', 2]], ['customer.deleted']]);
      expect(moves.assignments).toEqual(['email:mia@example.org -> nobody']);
    });

    it('of another version is refused', async () => {
      await expect(remove(7)).rejects.toBeInstanceOf(CustomerChanged);
      expect(await directory.find(id)).not.toBeNull();
    });

    it('can be taken back, to sign in as before', async () => {
      await remove();
      expect(await restore()).toMatchObject({ id, email: 'mia@example.org', version: 3 });
      expect(credentials.readmitted).toEqual([{ customerId: id, identifierHash: identifiers.hash(MIA) }]);
      expect(told().at(-1)).toEqual(['customer.restored.v1', 3]);
      expect(moves.assignments.at(-1)).toBe(`email:mia@example.org -> ${id}`);
    });

    it('is taken back once, whoever asks again: the answer may have been lost', async () => {
      await remove();
      const view = await restore();
      await change({ firstName: 'Mira' });
      expect(await restore()).toEqual({ ...view, firstName: 'Mira', version: 4, updatedAt: expect.anything() });
      expect([told().length, recorded.length, credentials.readmitted.length]).toEqual([3, 3, 1]);
      id = '00000000-0000-4000-8000-000000000000';
      await expect(restore()).rejects.toBeInstanceOf(CustomerNotFound);
    });

    it('of somebody who was suspended comes back suspended', async () => {
      await change({}, 'suspended');
      await remove();
      expect((await restore()).status).toBe('suspended');
      expect(credentials.statuses.at(-1)).toEqual({ customerId: id, status: 'suspended' });
    });

    it('INV-03 is final when somebody else has got the identifier', async () => {
      await remove();
      const gone = id;
      const newCustomer = await admit();
      id = gone;
      await expect(restore()).rejects.toBeInstanceOf(IdentifierTaken);
      expect(await directory.checkAvailability(MIA, null)).toMatchObject({ holderId: newCustomer });
    });
  });

  it('given other roles, then those, and it is told', async () => {
    const handler = new SetRolesHandler(WORK, record, credentials);
    await handler.execute(new SetRoles(id, ['customer', 'staff'], ORDERED));
    expect(credentials.roles).toEqual([{ customerId: id, roles: ['customer', 'staff'] }]);
    expect(outbox.events.at(-1)).toMatchObject({
      type: 'customer.roles_changed.v1',
      sequence: 2,
      data: { id, roles: ['customer', 'staff'] },
    });
    await remove();
    await expect(handler.execute(new SetRoles(id, ['customer'], ORDERED))).rejects.toBeInstanceOf(CustomerNotFound);
  });
});

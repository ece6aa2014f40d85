import { beforeEach, describe, expect, it } from 'vitest';
import { SubjectErasure } from '#auth';
import { GuessErasure } from '#codes';
import { EventErasure, parseIdentifier } from '#kernel';
import { FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { Customer, type NewCustomer } from '../../domain/customer.js';
import { CustomerChanged, CustomerNotFound } from '../../domain/errors.js';
import { CustomerCreatedV1 } from '../../events.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingIdentifierAssignmentListener } from '../../testing/recording-identifier-assignment-listener.js';
import type { PendingIdentifierChanges } from '../identifier-change-ports.js';
import { CustomerEraser } from './customer-eraser.js';
import { CustomerUpdater } from './customer-updater.js';
import { DocumentSignInNames } from './document-sign-in-names.js';
import { identifierHashesOf } from './identifier-hashes.js';

const WORK = new ImmediateUnitOfWork();
const NO_CHANGES: PendingIdentifierChanges = {
  save: async () => {},
  find: async () => null,
  remove: async () => false,
};
const ACTOR = { by: 'an admin', source: '192.0.2.7' };
const MIA = parseIdentifier('mia@example.org', 'US');
const PHONE = parseIdentifier('+14155550132', 'US');

class RecordingErasures {
  readonly done: string[] = [];

  readonly subjects = new (class extends SubjectErasure {
    constructor(private readonly done: string[]) {
      super();
    }

    override async eraseSubject(customerId: string, names: readonly string[], by: string | null): Promise<void> {
      this.done.push(`subject ${customerId} by ${by}: ${names.join(', ')}`);
    }
  })(this.done);

  readonly guesses = new (class extends GuessErasure {
    constructor(private readonly done: string[]) {
      super();
    }

    override async eraseGuesses(hashes: readonly string[]): Promise<void> {
      this.done.push(`guesses: ${hashes.join(', ')}`);
    }
  })(this.done);

  readonly events = new (class extends EventErasure {
    constructor(private readonly done: string[]) {
      super();
    }

    override async erase(type: string, id: string, members: readonly string[]): Promise<void> {
      this.done.push(`events ${type} ${id}: ${members.join(', ')}`);
    }
  })(this.done);
}

describe('CustomerEraser', () => {
  const identifiers = new PlainIdentifierHasher();
  const names = [...identifiers.candidates(MIA), ...identifiers.candidates(PHONE)].join(', ');
  let customers: InMemoryCustomers;
  let outbox: RecordingOutbox;
  let listener: RecordingIdentifierAssignmentListener;
  let recorded: string[];
  let erasures: RecordingErasures;
  let record: CustomerUpdater;
  let eraser: CustomerEraser;
  let id: string;

  const add = async (changes: Partial<NewCustomer> = {}) => {
    const newCustomer = aNewCustomer({
      identifier: MIA,
      also: PHONE,
      lastName: 'Doe',
      attributes: { vip: true },
      ...changes,
    });
    const customer = Customer.create(newCustomer, new Date());
    await customers.add(customer, identifierHashesOf(customer, identifiers));
    return newCustomer.id;
  };
  const erase = (version: number | null = null) => eraser.erase(id, version, ACTOR);
  const remove = async () => {
    const before = await record.getCustomer(id, null);
    const event = CustomerCreatedV1.of;
    await record.saveChange(before, { after: before.delete(record.now), event, action: 'x' }, ACTOR);
    listener.assignments.length = recorded.length = 0;
  };
  const left = async () => (await customers.findById(id))?.snapshot();

  beforeEach(async () => {
    const listeners = new IdentifierAssignmentListeners();
    [customers, outbox, listener, erasures, recorded] = [
      new InMemoryCustomers(),
      new RecordingOutbox(),
      new RecordingIdentifierAssignmentListener(),
      new RecordingErasures(),
      [],
    ];
    listeners.add(listener);
    const audit = {
      record: async ({ action, target }: { action: string; target: string | null }) => {
        recorded.push(`${action} ${target}`);
      },
    };
    const documents = new DocumentSignInNames(customers, new InMemorySignInNames(), identifiers);
    record = new CustomerUpdater(customers, documents, outbox, audit, new FixedClock(), identifiers, listeners);
    const { subjects, guesses, events } = erasures;
    eraser = new CustomerEraser(WORK, record, customers, NO_CHANGES, subjects, guesses, events, listeners, identifiers);
    id = await add();
  });

  it('leaves a tombstone and erases the data in every module', async () => {
    await erase();
    expect(await left()).toMatchObject({
      ...{ id, email: null, phone: null, firstName: null, lastName: null, document: null, attributes: {} },
      ...{ locale: 'und', version: 2, deletedAt: expect.any(Date) },
    });
    expect(erasures.done).toEqual([
      `events customer ${id}: email, phone, firstName, lastName`,
      `subject ${id} by an admin: ${names}`,
      `guesses: ${names}`,
    ]);
    expect(listener.assignments).toEqual([`email:${MIA.canonical} -> nobody`, `phone:${PHONE.canonical} -> nobody`]);
    expect(listener.erased).toEqual([`${id} ${MIA.key} ${PHONE.key}`]);
    expect(recorded).toEqual([`customer.erased ${id}`]);
    expect(outbox.events.at(-1)).toMatchObject({ type: 'customer.erased.v1', sequence: 2, data: { id } });
    expect(JSON.stringify([outbox.events, recorded])).not.toMatch(/mia@|5550132|Doe|vip/);
  });

  it('erases a deleted customer in the same way', async () => {
    await remove();
    await erase();
    expect(await left()).toMatchObject({ email: null, phone: null, version: 3 });
    expect([listener.assignments, listener.erased]).toEqual([[], [`${id} ${MIA.key} ${PHONE.key}`]]);
  });

  it('keeps the data of another customer who has the identifiers now [INV-03]', async () => {
    await remove();
    const [gone, newCustomer] = [id, await add()];
    await erase();
    expect(listener.erased).toEqual([gone]);
    expect(erasures.done.slice(1)).toEqual([`subject ${gone} by an admin: `]);
    expect((await customers.lookUpHolders('email', identifiers.candidates(MIA), null)).holder?.id).toBe(newCustomer);
  });

  it('does not find an erased or unknown customer', async () => {
    await erase();
    await expect(erase()).rejects.toBeInstanceOf(CustomerNotFound);
    await expect(record.getCustomerOrDeleted(id, null)).rejects.toBeInstanceOf(CustomerNotFound);
    await expect(record.getCustomer(id, null)).rejects.toBeInstanceOf(CustomerNotFound);
    id = '00000000-0000-4000-8000-000000000000';
    await expect(erase()).rejects.toBeInstanceOf(CustomerNotFound);
  });

  it('erases nothing when the version has changed [RC-12]', async () => {
    await expect(erase(7)).rejects.toBeInstanceOf(CustomerChanged);
    expect([(await left())?.email, erasures.done]).toEqual([MIA.canonical, []]);
  });
});

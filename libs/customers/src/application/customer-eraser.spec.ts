import { beforeEach, describe, expect, it } from 'vitest';
import { SubjectErasure } from '#auth';
import { GuessErasure } from '#codes';
import { EventErasure, parseIdentifier } from '#kernel';
import { FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { Customer, type Newcomer } from '../domain/customer.js';
import { CustomerChanged, CustomerNotFound } from '../domain/errors.js';
import { CustomerCreatedV1 } from '../events.js';
import { IdentifierWatchers } from '../facade.js';
import { aNewcomer } from '../testing/a-newcomer.js';
import { InMemoryCustomers } from '../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../testing/in-memory-sign-in-names.js';
import { RecordingIdentifierWatcher } from '../testing/recording-identifier-watcher.js';
import type { PendingChanges } from './change-ports.js';
import { CustomerEraser } from './customer-eraser.js';
import { CustomerRecord } from './customer-record.js';
import { DocumentNames } from './document-names.js';
import { hashesOf } from './identifier-hashes.js';

const WORK = new ImmediateUnitOfWork();
const NO_CHANGES: PendingChanges = { put: async () => {}, find: async () => null, remove: async () => false };
const ORDERED = { by: 'an admin', source: '192.0.2.7' };
const MIA = parseIdentifier('mia@example.org', 'US');
const PHONE = parseIdentifier('+14155550132', 'US');

class RecordingErasures {
  readonly done: string[] = [];

  readonly subjects = new (class extends SubjectErasure {
    constructor(private readonly done: string[]) {
      super();
    }

    override async erase(customerId: string, names: readonly string[], by: string | null): Promise<void> {
      this.done.push(`subject ${customerId} by ${by}: ${names.join(', ')}`);
    }
  })(this.done);

  readonly guesses = new (class extends GuessErasure {
    constructor(private readonly done: string[]) {
      super();
    }

    override async forget(hashes: readonly string[]): Promise<void> {
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
  let moves: RecordingIdentifierWatcher;
  let recorded: string[];
  let erasures: RecordingErasures;
  let record: CustomerRecord;
  let eraser: CustomerEraser;
  let id: string;

  const add = async (changes: Partial<Newcomer> = {}) => {
    const newcomer = aNewcomer({
      identifier: MIA,
      also: PHONE,
      lastName: 'Doe',
      attributes: { vip: true },
      ...changes,
    });
    const customer = Customer.admit(newcomer, new Date());
    await customers.add(customer, hashesOf(customer, identifiers));
    return newcomer.id;
  };
  const erase = (version: number | null = null) => eraser.erase(id, version, ORDERED);
  const remove = async () => {
    const before = await record.living(id, null);
    const event = CustomerCreatedV1.of;
    await record.write(before, { after: before.delete(record.now), event, action: 'x' }, ORDERED);
    moves.told.length = recorded.length = 0;
  };
  const left = async () => (await customers.byId(id))?.snapshot();

  beforeEach(async () => {
    const watchers = new IdentifierWatchers();
    [customers, outbox, moves, erasures, recorded] = [
      new InMemoryCustomers(),
      new RecordingOutbox(),
      new RecordingIdentifierWatcher(),
      new RecordingErasures(),
      [],
    ];
    watchers.add(moves);
    const audit = {
      record: async ({ action, target }: { action: string; target: string | null }) => {
        recorded.push(`${action} ${target}`);
      },
    };
    const documents = new DocumentNames(customers, new InMemorySignInNames(), identifiers);
    record = new CustomerRecord(customers, documents, outbox, audit, new FixedClock(), identifiers, watchers);
    const { subjects, guesses, events } = erasures;
    eraser = new CustomerEraser(WORK, record, customers, NO_CHANGES, subjects, guesses, events, watchers, identifiers);
    id = await add();
  });

  it('given a customer, then a tombstone stays, and every room forgets what it keeps of him', async () => {
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
    expect(moves.told).toEqual([`email:${MIA.canonical} -> nobody`, `phone:${PHONE.canonical} -> nobody`]);
    expect(moves.forgotten).toEqual([`${id} ${MIA.key} ${PHONE.key}`]);
    expect(recorded).toEqual([`customer.erased ${id}`]);
    expect(outbox.events.at(-1)).toMatchObject({ type: 'customer.erased.v1', sequence: 2, data: { id } });
    expect(JSON.stringify([outbox.events, recorded])).not.toMatch(/mia@|5550132|Doe|vip/);
  });

  it('given one who was deleted before, then the same', async () => {
    await remove();
    await erase();
    expect(await left()).toMatchObject({ email: null, phone: null, version: 3 });
    expect([moves.told, moves.forgotten]).toEqual([[], [`${id} ${MIA.key} ${PHONE.key}`]]);
  });

  it('INV-03 given identifiers that are another’s by now, then nothing of that one is forgotten', async () => {
    await remove();
    const [gone, newcomer] = [id, await add()];
    await erase();
    expect(moves.forgotten).toEqual([gone]);
    expect(erasures.done.slice(1)).toEqual([`subject ${gone} by an admin: `]);
    expect((await customers.lookUp('email', identifiers.candidates(MIA), null)).holder?.id).toBe(newcomer);
  });

  it('given one who is erased, or never was, then he is not there', async () => {
    await erase();
    await expect(erase()).rejects.toBeInstanceOf(CustomerNotFound);
    await expect(record.known(id, null)).rejects.toBeInstanceOf(CustomerNotFound);
    await expect(record.living(id, null)).rejects.toBeInstanceOf(CustomerNotFound);
    id = '00000000-0000-4000-8000-000000000000';
    await expect(erase()).rejects.toBeInstanceOf(CustomerNotFound);
  });

  it('RC-12 given another version than was read, then nothing is erased', async () => {
    await expect(erase(7)).rejects.toBeInstanceOf(CustomerChanged);
    expect([(await left())?.email, erasures.done]).toEqual([MIA.canonical, []]);
  });
});

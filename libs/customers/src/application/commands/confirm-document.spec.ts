import { beforeEach, describe, expect, it } from 'vitest';
import { Cpf, InvalidInput } from '#kernel';
import { FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { Customer } from '../../domain/customer.js';
import {
  AdministratorsOnly,
  CustomerChanged,
  CustomerNotFound,
  DocumentDiffers,
  DocumentTaken,
  NoDocument,
  OwnDocument,
} from '../../domain/errors.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingCredentials } from '../../testing/recording-credentials.js';
import { type Actor, CustomerUpdater } from '../services/customer-updater.js';
import { DocumentSignInNames } from '../services/document-sign-in-names.js';
import { ChangeCustomer, ChangeCustomerHandler } from './change-customer.js';
import { ConfirmDocument, ConfirmDocumentHandler } from './confirm-document.js';

const WORK = new ImmediateUnitOfWork();
const ACTOR = { by: 'a clerk', source: '192.0.2.7' };
const NUMBER = '52998224725';
const OTHER = '111.444.777-35';

describe('ConfirmDocument', () => {
  const identifiers = new PlainIdentifierHasher();
  const nameOf = (number: string) => identifiers.hash(Cpf.parse(number));
  let customers: InMemoryCustomers;
  let names: InMemorySignInNames;
  let outbox: RecordingOutbox;
  let recorded: { readonly action: string }[];
  let record: CustomerUpdater;
  let credentials: RecordingCredentials;
  let mia: string;
  let zoe: string;

  const give = (id: string, document: string | null) =>
    new ChangeCustomerHandler(WORK, record, credentials).execute(
      new ChangeCustomer(id, { document }, undefined, null, ACTOR),
    );
  const confirm = (id: string, seen?: string, version: number | null = null) =>
    new ConfirmDocumentHandler(WORK, record, credentials).execute(new ConfirmDocument(id, seen, version, ACTOR));
  const admit = async (n: number) => {
    const newCustomer = aNewCustomer();
    await customers.add(Customer.create(newCustomer, new Date()), { email: `hash ${n}`, phone: null });
    return newCustomer.id;
  };
  const isConfirmed = async (id: string) => (await customers.findById(id))?.snapshot().document?.confirmed;

  beforeEach(async () => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentials();
    names = new InMemorySignInNames();
    outbox = new RecordingOutbox();
    recorded = [];
    const audit = { record: async (entry: { action: string }) => void recorded.push(entry) };
    const documents = new DocumentSignInNames(customers, names, identifiers);
    record = new CustomerUpdater(
      customers,
      documents,
      outbox,
      audit,
      new FixedClock(),
      identifiers,
      new IdentifierAssignmentListeners(),
    );
    [mia, zoe] = [await admit(1), await admit(2)];
  });

  it('leaves a document of the owner unconfirmed, not unique and without a sign-in name', async () => {
    expect(await give(mia, NUMBER)).toMatchObject({ document: '529.982.247-25', version: 2 });
    expect(await give(zoe, NUMBER)).toMatchObject({ document: '529.982.247-25' });
    expect([await isConfirmed(mia), names.customerIdByHash.size]).toEqual([false, 0]);
  });

  it('adds a sign-in name, emits an event and records it without the number', async () => {
    await give(mia, NUMBER);
    expect(await confirm(mia, '529.982.247-25')).toMatchObject({ document: '529.982.247-25', version: 3 });
    expect([...names.customerIdByHash]).toEqual([[nameOf(NUMBER), mia]]);
    expect(outbox.types).toEqual(['customer.updated.v1', 'customer.updated.v1']);
    expect(recorded.at(-1)).toMatchObject({ action: 'customer.document_confirmed', actor: 'a clerk', target: mia });
    expect(JSON.stringify([outbox.events, recorded])).not.toMatch(/529|982/);
  });

  it('rejects the confirmation of one’s own document [AC-74]', async () => {
    await give(mia, NUMBER);
    const own = (actor: Actor) =>
      new ConfirmDocumentHandler(WORK, record, credentials).execute(new ConfirmDocument(mia, NUMBER, null, actor));
    for (const asAdministrator of [false, true])
      await expect(own({ by: mia, source: null, asAdministrator })).rejects.toBeInstanceOf(OwnDocument);
    expect(await isConfirmed(mia)).toBe(false);
  });

  it('allows only administrators and the owner to confirm or change the document of an administrator [AC-74]', async () => {
    await give(mia, NUMBER);
    credentials.administrators.add(mia);
    await expect(confirm(mia)).rejects.toBeInstanceOf(AdministratorsOnly);
    await expect(give(mia, OTHER)).rejects.toBeInstanceOf(AdministratorsOnly);
    await expect(confirm(mia, OTHER, 99), 'before the version is looked at').rejects.toBeInstanceOf(AdministratorsOnly);
    expect([await isConfirmed(mia), outbox.types.length]).toEqual([false, 1]);
    const own = new ChangeCustomer(mia, { document: OTHER }, undefined, null, { by: mia, source: null });
    await new ChangeCustomerHandler(WORK, record, credentials).execute(own);
    const administrator = { ...ACTOR, asAdministrator: true };
    const confirmed = new ConfirmDocument(mia, OTHER, null, administrator);
    await new ConfirmDocumentHandler(WORK, record, credentials).execute(confirmed);
    expect(await isConfirmed(mia)).toBe(true);
  });

  it('writes nothing when the document is confirmed already', async () => {
    await give(mia, NUMBER);
    await confirm(mia);
    expect((await confirm(mia)).version).toBe(3);
    expect(names.customerIdByHash.size).toBe(1);
  });

  it('confirms a document for one customer and keeps other claims', async () => {
    await give(mia, NUMBER);
    await give(zoe, NUMBER);
    await confirm(mia);
    await expect(confirm(zoe)).rejects.toBeInstanceOf(DocumentTaken);
    expect([await isConfirmed(zoe), [...names.customerIdByHash.values()]]).toEqual([false, [mia]]);
  });

  it('rejects a document confirmed under an older key [INV-03]', async () => {
    await give(mia, NUMBER);
    const [before] = [await customers.findById(mia)];
    if (!before) throw new Error('was added');
    const [, older = ''] = identifiers.candidates(Cpf.parse(NUMBER));
    await customers.replace(before, before.confirmDocument(new Date()), { document: older });
    await give(zoe, NUMBER);
    await expect(confirm(zoe)).rejects.toBeInstanceOf(DocumentTaken);
  });

  it.each([
    ['another', OTHER],
    ['none', null],
  ])('releases a confirmed document when it changes to %s', async (_, document) => {
    await give(mia, NUMBER);
    await confirm(mia);
    expect(await give(mia, document)).toMatchObject({ document });
    expect([(await isConfirmed(mia)) ?? false, names.customerIdByHash.size]).toEqual([false, 0]);
    await give(zoe, NUMBER);
    await confirm(zoe);
    expect([...names.customerIdByHash]).toEqual([[nameOf(NUMBER), zoe]]);
  });

  it('keeps the confirmation when only the spelling changes', async () => {
    await give(mia, NUMBER);
    await confirm(mia);
    expect((await give(mia, '529.982.247-25')).version).toBe(3);
    expect(await isConfirmed(mia)).toBe(true);
  });

  it('resets the confirmation on deletion, also after a restore', async () => {
    await give(mia, NUMBER);
    await confirm(mia);
    const customer = await record.getCustomer(mia, null);
    const event = () => outbox.events[0] as never;
    await record.saveChange(customer, { after: customer.delete(new Date()), event, action: 'x' }, ACTOR);
    expect([await isConfirmed(mia), names.customerIdByHash.size]).toEqual([false, 0]);
    await give(zoe, NUMBER);
    await confirm(zoe);
  });

  it('rejects a missing document, a different number on the card and another version', async () => {
    await expect(confirm(mia)).rejects.toBeInstanceOf(NoDocument);
    await give(mia, NUMBER);
    await expect(confirm(mia, OTHER)).rejects.toBeInstanceOf(DocumentDiffers);
    await expect(confirm(mia, NUMBER, 1)).rejects.toBeInstanceOf(CustomerChanged);
    await expect(confirm('nobody')).rejects.toBeInstanceOf(CustomerNotFound);
    await expect(confirm(mia, '***.982.247-**')).rejects.toBeInstanceOf(InvalidInput);
    expect([await isConfirmed(mia), names.customerIdByHash.size]).toEqual([false, 0]);
  });

  it.each(['52998224724', '***.982.247-**', 'x'])('rejects %j and writes nothing', async (typed) => {
    await expect(give(mia, typed)).rejects.toBeInstanceOf(InvalidInput);
    expect(recorded).toEqual([]);
  });
});

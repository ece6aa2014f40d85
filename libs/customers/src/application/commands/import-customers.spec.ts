import { beforeEach, describe, expect, it } from 'vitest';
import { uuidFromHash } from '#kernel';
import { FixedClock, hashed, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { IdentifierTaken } from '../../domain/errors.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { InMemoryCustomerBatches } from '../../testing/in-memory-customer-batches.js';
import { InMemoryCustomers } from '../../testing/in-memory-customers.js';
import { RecordingCredentialTransfer } from '../../testing/recording-credential-transfer.js';
import { RecordingIdentifierAssignmentListener } from '../../testing/recording-identifier-assignment-listener.js';
import type { LineOutcome } from '../services/import-batch.js';
import type { ImportLine } from '../services/import-candidate.js';
import { ImportCustomers, ImportCustomersHandler } from './import-customers.js';

const RUN = '0191f0a0-0000-7000-8000-000000000000';
const ID = '7b1f0a52-6c3e-4f0e-9a3d-0123456789ab';
const MIA = { email: 'mia@example.org', firstName: 'Mia' };

describe('ImportCustomers', () => {
  let customers: InMemoryCustomers;
  let credentials: RecordingCredentialTransfer;
  let outbox: RecordingOutbox;
  let listener: RecordingIdentifierAssignmentListener;
  let batches: InMemoryCustomerBatches;
  let handler: ImportCustomersHandler;

  const importLines = (lines: readonly ImportLine[], dryRun = false) =>
    handler.execute(new ImportCustomers(lines, RUN, dryRun));
  const summarise = (outcomes: readonly LineOutcome[]) =>
    outcomes.map((line) =>
      line.outcome === 'refused' ? line.faults.map(({ pointer, code }) => `${pointer} ${code}`).join() : line.outcome,
    );
  const importAndSummarise = async (lines: readonly ImportLine[], dryRun = false) =>
    summarise(await importLines(lines, dryRun));
  const only = () => {
    const [state, ...others] = customers.states.values();
    if (!state || others.length > 0) throw new Error(`there are ${others.length + 1}`);
    return state;
  };

  beforeEach(() => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentialTransfer();
    outbox = new RecordingOutbox();
    listener = new RecordingIdentifierAssignmentListener();
    batches = new InMemoryCustomerBatches(customers);
    const listeners = new IdentifierAssignmentListeners();
    listeners.add(listener);
    handler = new ImportCustomersHandler(
      ...([new ImmediateUnitOfWork(), listeners, batches, credentials, outbox] as const),
      ...([new PlainIdentifierHasher(), new FixedClock(), { defaultMarket: 'US' }] as const),
    );
  });

  it('creates the customer, the identifier assignments, a subject and an event for a line', async () => {
    const line = { ...MIA, id: ID, email: 'Mia@Example.org', phone: '(415) 555-0132', passwordHash: 'theirs(x)' };
    expect(await importAndSummarise([{ ...line, status: 'suspended', createdAt: '2015-01-01T00:00:00Z' }])).toEqual([
      'created',
    ]);
    expect(only()).toMatchObject({
      ...{ id: ID, email: 'mia@example.org', phone: '+14155550132', firstName: 'Mia', status: 'suspended' },
      ...{ verifiedBy: 'import', attemptId: RUN, version: 1, createdAt: new Date('2015-01-01T00:00:00Z') },
    });
    expect(listener.assignments).toEqual([`email:mia@example.org -> ${ID}`, `phone:+14155550132 -> ${ID}`]);
    const [subject] = credentials.enrolled;
    expect(subject).toMatchObject({ customerId: ID, credential: `${ID} theirs(x)`, status: 'suspended' });
    expect(subject?.names).toHaveLength(2);
    expect(outbox.events).toMatchObject([{ type: 'customer.created.v1', subject: ID, sequence: 1 }]);
  });

  it.each([
    ['id', { id: ID }],
    ['external id', { externalId: '17' }],
    ['e-mail address', {}],
  ])('does nothing when the same line is imported again, recognised by %s', async (_, name) => {
    const line = { ...MIA, ...name, attributes: { a: 1, b: { c: 2 } } };
    expect(await importAndSummarise([line])).toEqual(['created']);
    expect(await importAndSummarise([{ ...line, attributes: { b: { c: 2 }, a: 1 } }])).toEqual(['there']);
    expect([customers.states.size, outbox.events.length, credentials.enrolled.length]).toEqual([1, 1, 1]);
  });

  it('creates no second customer after the e-mail address has changed', async () => {
    await importLines([{ ...MIA, externalId: '17' }]);
    const { id } = only();
    customers.states.set(id, { ...only(), email: 'mia@new.example' });
    expect(await importAndSummarise([{ ...MIA, externalId: '17' }])).toEqual(['/email import.differs']);
    expect(only().id).toBe(id);
  });

  it('recognises a customer by the id of an older key', async () => {
    await importLines([MIA]);
    const there = only();
    customers.states.clear();
    const id = uuidFromHash(hashed('old', 'import:email:mia@example.org'));
    customers.states.set(id, { ...there, id });
    expect(await importAndSummarise([MIA])).toEqual(['there']);
  });

  it('does not restore a deleted customer whose e-mail address is free', async () => {
    await importLines([MIA]);
    const state = only();
    customers.states.clear();
    customers.states.set(state.id, { ...state, deletedAt: new Date(0) });
    expect(await importAndSummarise([MIA])).toEqual(['/id import.deleted']);
  });

  it('reports a repeated line as existing and rejects one that differs', async () => {
    const lines = [MIA, MIA, { ...MIA, lastName: 'Ng' }, { ...MIA, externalId: '18' }];
    expect(await importAndSummarise(lines)).toEqual([
      'created',
      'there',
      '/lastName import.differs',
      '/email customer.identifier_taken',
    ]);
    expect(customers.states.size).toBe(1);
  });

  it('creates the valid lines when others are rejected', async () => {
    const lines: ImportLine[] = [
      ...[{ email: 'nobody' }, { ...MIA, passwordHash: 'secret' }, { email: 'ben@example.org' }],
      ...[
        { ...MIA, createdAt: '2999-01-01T00:00:00Z' },
        { ...MIA, attributes: { x: 'x'.repeat(5_000) } },
      ],
    ];
    expect(await importAndSummarise(lines)).toEqual([
      ...['/email email.at_sign', '/passwordHash password_hash.unknown', 'created'],
      ...['/createdAt import.in_the_future', '/attributes attributes.too_large'],
    ]);
    expect(only().email).toBe('ben@example.org');
  });

  it('returns the same outcomes in a dry run and writes nothing', async () => {
    expect(await importAndSummarise([MIA, MIA, { email: 'nobody' }], true)).toEqual([
      'created',
      'there',
      '/email email.at_sign',
    ]);
    expect([customers.states.size, outbox.events.length, listener.assignments.length]).toEqual([0, 0, 0]);
  });

  it('decides again after a concurrent request took the e-mail address', async () => {
    const rival = { ...MIA, externalId: 'rival' };
    batches.addAll = async (customers) => {
      batches.addAll = InMemoryCustomerBatches.prototype.addAll;
      await importLines([rival]);
      await batches.addAll(customers);
    };
    expect(await importAndSummarise([MIA, { email: 'ben@example.org' }])).toEqual([
      '/email customer.identifier_taken',
      'created',
    ]);
    expect(customers.states.size).toBe(2);
  });

  it('fails when every attempt loses to a concurrent request', async () => {
    batches.addAll = () => Promise.reject(new IdentifierTaken());
    await expect(importLines([MIA])).rejects.toBeInstanceOf(IdentifierTaken);
  });
});

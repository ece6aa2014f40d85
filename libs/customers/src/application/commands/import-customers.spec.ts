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
  let moves: RecordingIdentifierAssignmentListener;
  let crowds: InMemoryCustomerBatches;
  let handler: ImportCustomersHandler;

  const take = (lines: readonly ImportLine[], dryRun = false) =>
    handler.execute(new ImportCustomers(lines, RUN, dryRun));
  const told = (outcomes: readonly LineOutcome[]) =>
    outcomes.map((one) =>
      one.outcome === 'refused' ? one.faults.map(({ pointer, code }) => `${pointer} ${code}`).join() : one.outcome,
    );
  const taken = async (lines: readonly ImportLine[], dryRun = false) => told(await take(lines, dryRun));
  const only = () => {
    const [state, ...others] = customers.states.values();
    if (!state || others.length > 0) throw new Error(`there are ${others.length + 1}`);
    return state;
  };

  beforeEach(() => {
    customers = new InMemoryCustomers();
    credentials = new RecordingCredentialTransfer();
    outbox = new RecordingOutbox();
    moves = new RecordingIdentifierAssignmentListener();
    crowds = new InMemoryCustomerBatches(customers);
    const watchers = new IdentifierAssignmentListeners();
    watchers.add(moves);
    handler = new ImportCustomersHandler(
      ...([new ImmediateUnitOfWork(), watchers, crowds, credentials, outbox] as const),
      ...([new PlainIdentifierHasher(), new FixedClock(), { defaultMarket: 'US' }] as const),
    );
  });

  it('given a line, then a customer as it says, keys that are his, a subject and an event', async () => {
    const line = { ...MIA, id: ID, email: 'Mia@Example.org', phone: '(415) 555-0132', passwordHash: 'theirs(x)' };
    expect(await taken([{ ...line, status: 'suspended', createdAt: '2015-01-01T00:00:00Z' }])).toEqual(['created']);
    expect(only()).toMatchObject({
      ...{ id: ID, email: 'mia@example.org', phone: '+14155550132', firstName: 'Mia', status: 'suspended' },
      ...{ verifiedBy: 'import', attemptId: RUN, version: 1, createdAt: new Date('2015-01-01T00:00:00Z') },
    });
    expect(moves.assignments).toEqual([`email:mia@example.org -> ${ID}`, `phone:+14155550132 -> ${ID}`]);
    const [subject] = credentials.enrolled;
    expect(subject).toMatchObject({ customerId: ID, credential: `${ID} theirs(x)`, status: 'suspended' });
    expect(subject?.names).toHaveLength(2);
    expect(outbox.events).toMatchObject([{ type: 'customer.created.v1', subject: ID, sequence: 1 }]);
  });

  it.each([
    ['his id', { id: ID }],
    ['his name over there', { externalId: '17' }],
    ['his address alone', {}],
  ])('given the same line again, known by %s, then nothing is done', async (_, name) => {
    const line = { ...MIA, ...name, attributes: { a: 1, b: { c: 2 } } };
    expect(await taken([line])).toEqual(['created']);
    expect(await taken([{ ...line, attributes: { b: { c: 2 }, a: 1 } }])).toEqual(['there']);
    expect([customers.states.size, outbox.events.length, credentials.enrolled.length]).toEqual([1, 1, 1]);
  });

  it('given one who has got another address since, then there is no second of him', async () => {
    await take([{ ...MIA, externalId: '17' }]);
    const { id } = only();
    customers.states.set(id, { ...only(), email: 'mia@new.example' });
    expect(await taken([{ ...MIA, externalId: '17' }])).toEqual(['/email import.differs']);
    expect(only().id).toBe(id);
  });

  it('given a key of the ring that was the first then, then he is known by his id of then', async () => {
    await take([MIA]);
    const there = only();
    customers.states.clear();
    const id = uuidFromHash(hashed('old', 'import:email:mia@example.org'));
    customers.states.set(id, { ...there, id });
    expect(await taken([MIA])).toEqual(['there']);
  });

  it('given one who was deleted, then he is not brought back, though his address is free', async () => {
    await take([MIA]);
    const state = only();
    customers.states.clear();
    customers.states.set(state.id, { ...state, deletedAt: new Date(0) });
    expect(await taken([MIA])).toEqual(['/id import.deleted']);
  });

  it('given two lines of one person, then the second is there; with one thing else it is refused', async () => {
    const lines = [MIA, MIA, { ...MIA, lastName: 'Ng' }, { ...MIA, externalId: '18' }];
    expect(await taken(lines)).toEqual([
      'created',
      'there',
      '/lastName import.differs',
      '/email customer.identifier_taken',
    ]);
    expect(customers.states.size).toBe(1);
  });

  it('given some that are not acceptable, then the others are created', async () => {
    const lines: ImportLine[] = [
      ...[{ email: 'nobody' }, { ...MIA, passwordHash: 'secret' }, { email: 'ben@example.org' }],
      ...[
        { ...MIA, createdAt: '2999-01-01T00:00:00Z' },
        { ...MIA, attributes: { x: 'x'.repeat(5_000) } },
      ],
    ];
    expect(await taken(lines)).toEqual([
      ...['/email email.at_sign', '/passwordHash password_hash.unknown', 'created'],
      ...['/createdAt import.in_the_future', '/attributes attributes.too_large'],
    ]);
    expect(only().email).toBe('ben@example.org');
  });

  it('given a dry run, then the outcomes are the same and nothing is done', async () => {
    expect(await taken([MIA, MIA, { email: 'nobody' }], true)).toEqual(['created', 'there', '/email email.at_sign']);
    expect([customers.states.size, outbox.events.length, moves.assignments.length]).toEqual([0, 0, 0]);
  });

  it('given somebody who gets the address at this moment, then it is decided anew', async () => {
    const rival = { ...MIA, externalId: 'rival' };
    crowds.addAll = async (crowd) => {
      crowds.addAll = InMemoryCustomerBatches.prototype.addAll;
      await take([rival]);
      await crowds.addAll(crowd);
    };
    expect(await taken([MIA, { email: 'ben@example.org' }])).toEqual(['/email customer.identifier_taken', 'created']);
    expect(customers.states.size).toBe(2);
  });

  it('given that others are faster every time, then it says so', async () => {
    crowds.addAll = () => Promise.reject(new IdentifierTaken());
    await expect(take([MIA])).rejects.toBeInstanceOf(IdentifierTaken);
  });
});

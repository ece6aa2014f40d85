import { beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput, parseIdentifier } from '#kernel';
import { CountingIds, FixedClock, ImmediateUnitOfWork, PlainIdentifierHasher, RecordingOutbox } from '#kernel/testing';
import { IdentifierTaken } from '../../domain/errors.js';
import { IdentifierAssignmentListeners } from '../../facade.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { InMemorySignInNames } from '../../testing/in-memory-sign-in-names.js';
import { RecordingCredentials } from '../../testing/recording-credentials.js';
import { RecordingIdentifierAssignmentListener } from '../../testing/recording-identifier-assignment-listener.js';
import { LocalCustomerDirectory } from '../services/local-customer-directory.js';
import type { StaffCreatedCustomerInput } from '../services/staff-created-customer.js';
import { CreateCustomer, CreateCustomerHandler } from './create-customer.js';

const WORK = new ImmediateUnitOfWork();
const ACTOR = { by: 'an admin', source: '192.0.2.7' };
const MIA = 'mia@example.org';
const PHONE = '+14155550132';

describe('CreateCustomer', () => {
  const identifiers = new PlainIdentifierHasher();
  let credentials: RecordingCredentials;
  let names: InMemorySignInNames;
  let outbox: RecordingOutbox;
  let listener: RecordingIdentifierAssignmentListener;
  let recorded: unknown[];
  let handler: CreateCustomerHandler;

  const create = (typed: StaffCreatedCustomerInput, request?: string) =>
    handler.execute(new CreateCustomer(typed, request, ACTOR));

  beforeEach(() => {
    const [customers, clock, listeners] = [
      new InMemoryCustomers(),
      new FixedClock(),
      new IdentifierAssignmentListeners(),
    ];
    credentials = new RecordingCredentials();
    names = new InMemorySignInNames();
    outbox = new RecordingOutbox();
    listener = new RecordingIdentifierAssignmentListener();
    listeners.add(listener);
    recorded = [];
    const views = new InMemoryCustomerViews(customers);
    const directory = new LocalCustomerDirectory(customers, views, credentials, names, outbox, identifiers, clock);
    const audit = { record: async (entry: unknown) => void recorded.push(entry) };
    const settings = { defaultMarket: 'US' };
    handler = new CreateCustomerHandler(
      ...([WORK, listeners, directory, customers, audit, identifiers, new CountingIds(), settings] as const),
    );
  });

  it('creates a customer with both identifiers and without a password', async () => {
    const typed = { email: 'Mia@Example.org', phone: '(415) 555-0132', firstName: ' Mia ', attributes: { vip: true } };
    const view = await create(typed);
    expect(view).toMatchObject({
      ...{ email: MIA, phone: PHONE, firstName: 'Mia', lastName: null, market: 'US', locale: 'en' },
      ...{ attributes: { vip: true }, status: 'active', verifiedBy: 'staff', version: 1 },
    });
    const [enrolled] = credentials.enrolled;
    expect(enrolled).toMatchObject({ customerId: view.id, credential: null, roles: ['customer'], oneTime: false });
    const hashes = [MIA, PHONE].map((typed) => identifiers.hash(parseIdentifier(typed, 'US')));
    expect([enrolled?.identifierHash, ...names.customerIdByHash.keys()]).toEqual(hashes);
    expect(listener.assignments).toEqual([`email:${MIA} -> ${view.id}`, `phone:${PHONE} -> ${view.id}`]);
    expect(outbox.types).toEqual(['customer.created.v1']);
    expect(recorded).toEqual([{ action: 'customer.created', actor: 'an admin', target: view.id, source: '192.0.2.7' }]);
  });

  it('reads a national phone number in the market', async () => {
    expect(await create({ phone: '(11) 96123-4567', market: 'BR', locale: 'pt-BR' })).toMatchObject({
      ...{ email: null, phone: '+5511961234567', market: 'BR', locale: 'pt-BR' },
    });
  });

  it.each<[string, StaffCreatedCustomerInput]>([
    ['neither an e-mail address nor a phone number', { firstName: 'Mia' }],
    ['null for both', { email: null, phone: null }],
    ['an invalid e-mail address', { email: 'mia' }],
    ['an invalid phone number', { email: MIA, phone: 'x' }],
    ['an unreadable name', { email: MIA, lastName: '\u0000' }],
    ['too many attributes', { email: MIA, attributes: { a: 'x'.repeat(5_000) } }],
  ])('rejects %s and writes nothing', async (_, typed) => {
    await expect(create(typed)).rejects.toBeInstanceOf(InvalidInput);
    expect([credentials.enrolled, outbox.types, recorded]).toEqual([[], [], []]);
  });

  it.each<StaffCreatedCustomerInput>([{ email: MIA }, { phone: PHONE }, { email: 'zoe@example.org', phone: PHONE }])(
    'rejects %j when it is taken [INV-03]',
    async (typed) => {
      await create({ email: MIA, phone: PHONE });
      await expect(create(typed)).rejects.toBeInstanceOf(IdentifierTaken);
      expect(outbox.types).toHaveLength(1);
    },
  );

  it('returns the same customer for a repeated request and emits one event', async () => {
    const first = await create({ email: MIA }, 'request 1');
    expect(await create({ email: MIA }, 'request 1')).toEqual(first);
    await expect(create({ email: MIA }, 'request 2')).rejects.toBeInstanceOf(IdentifierTaken);
    await expect(create({ email: MIA })).rejects.toBeInstanceOf(IdentifierTaken);
    expect(outbox.types).toHaveLength(1);
  });
});

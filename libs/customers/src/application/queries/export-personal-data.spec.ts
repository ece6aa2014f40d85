import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { type AuditFilter, AuditLog, type Page, type PageRequest, type RecordedEntry } from '#kernel';
import { allOf, FixedClock, RecordingAuditTrail } from '#kernel/testing';
import { Customer } from '../../domain/customer.js';
import { aNewCustomer } from '../../testing/a-new-customer.js';
import { InMemoryCustomers, InMemoryCustomerViews } from '../../testing/in-memory-customers.js';
import { ExportPersonalData, ExportPersonalDataHandler, type PersonalDataExport } from './export-personal-data.js';

const [MIA, ADMIN] = [randomUUID(), randomUUID()];
const line = (n: number, changes: Partial<RecordedEntry>): RecordedEntry => ({
  ...{ id: String(n), at: '2026-03-01T12:00:00.000Z', action: 'auth.refreshed', correlationId: `c-${n}` },
  ...{ actor: MIA, target: MIA, source: '10.0.0.1', detail: null },
  ...changes,
});

class Lines extends AuditLog {
  readonly asked: AuditFilter[] = [];
  constructor(private readonly lines: readonly RecordedEntry[]) {
    super();
  }
  override async page(filter: AuditFilter, { limit, after }: PageRequest): Promise<Page<RecordedEntry>> {
    this.asked.push(filter);
    const start = after === null ? 0 : this.lines.findIndex(({ id }) => id === after.id) + 1;
    const items = this.lines.slice(start, start + limit);
    const last = items.at(-1);
    return { items, next: last && start + limit < this.lines.length ? { at: new Date(last.at), id: last.id } : null };
  }
  override async count(): Promise<number> {
    return this.lines.length;
  }
}

async function exported(lines: readonly RecordedEntry[], id = MIA) {
  const customers = new InMemoryCustomers();
  await customers.add(Customer.create(aNewCustomer({ id: MIA }), new Date()), { email: 'a', phone: null });
  const log = new Lines(lines);
  const signIns = { of: async (whose: string) => [{ whose }] };
  const events = {
    async *of(whose: string) {
      yield { whose };
    },
  };
  const views = new InMemoryCustomerViews(customers);
  const audit = new RecordingAuditTrail();
  const handler = new ExportPersonalDataHandler(views, signIns, events, log, new FixedClock(), audit);
  const found = await handler.execute(new ExportPersonalData(id, '192.0.2.7'));
  return { found, log, audit };
}
/** Reads an export to its end. */
async function taken(lines: readonly RecordedEntry[], id = MIA) {
  const { found, log } = await exported(lines, id);
  if (!found) throw new Error('nothing was exported');
  return { found: { ...found, events: await allOf(found.events), audit: await all(found) }, log };
}
const all = ({ audit }: PersonalDataExport) => allOf(audit);

it('exports nothing for an unknown customer', async () => {
  expect((await exported([], ADMIN)).found).toBeNull();
});

it('exports the data of every module about this customer only', async () => {
  const { found, log } = await taken([line(1, {})]);
  const signIn = [{ whose: MIA }];
  expect(found).toMatchObject({
    exportedAt: '2026-03-01T12:00:00.000Z',
    customer: { id: MIA },
    signIn,
    events: signIn,
  });
  expect(log.asked).toEqual([{ actor: null, target: null, concerned: MIA, action: null, from: null, to: null }]);
});

it('redacts other people as `another` [AC-49]', async () => {
  const lines = [
    line(1, {}),
    line(2, { actor: ADMIN, source: '10.9.9.9' }),
    line(3, { target: ADMIN }),
    line(4, { actor: null }),
  ];
  const { found } = await taken(lines);
  expect(found.audit).toEqual([
    lines[0],
    { ...lines[1], actor: 'another', source: null, correlationId: null },
    { ...lines[2], target: 'another' },
    lines[3],
  ]);
});

it('exports every audit entry across pages', async () => {
  const many = Array.from({ length: 2_500 }, (_, n) => line(n, {}));
  const { found } = await taken(many);
  expect(found.audit.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
});

it('reads audit entries page by page on demand [AC-69]', async () => {
  const many = Array.from({ length: 2_500 }, (_, n) => line(n, {}));
  const { found, log } = await exported(many);
  expect(log.asked).toHaveLength(0);
  const lines = found?.audit[Symbol.asyncIterator]();
  for (let n = 0; n < 500; n++) await lines?.next();
  expect(log.asked).toHaveLength(1);
  await lines?.next();
  expect(log.asked).toHaveLength(2);
  await lines?.return?.();
  expect((await lines?.next())?.done).toBe(true);
  expect(log.asked).toHaveLength(2);
});

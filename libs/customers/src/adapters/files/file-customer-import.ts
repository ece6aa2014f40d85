import { stat } from 'node:fs/promises';
import type { CommandBus } from '@nestjs/cqrs';
import { type AuditTrail, type Clock, type Fault, type Ids, InvalidInput, Unavailable } from '#kernel';
import { inContext } from '#platform';
import { ImportCustomers } from '../../application/commands/import-customers.js';
import type { LineOutcome } from '../../application/import-round.js';
import type { ImportedLine } from '../../application/imported.js';
import { CustomerImport, type ImportOrder, type ImportSummary } from '../../facade.js';
import { type NdjsonLine, ndjsonLines } from './ndjson-lines.js';
import { readLine } from './read-line.js';
import { RefusedLines } from './refused-lines.js';

const MOST_BYTES = 64 * 1_024;
/** Lines of one transaction. */
const ROUND = 500;
/** While the database writes one round, the next is read. */
const ROUNDS_AT_ONCE = 2;
const TRIES = 10;
const PAUSE_MS = 1_000;

interface Refused {
  readonly line: number;
  readonly errors: readonly Fault[];
}

/** Reads a file round by round; a round that fails because something is away is tried again for a while. */
export class FileCustomerImport extends CustomerImport {
  constructor(
    private readonly commands: CommandBus,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run(order: ImportOrder): Promise<ImportSummary> {
    const run = this.ids.next();
    return inContext({ correlationId: run }, async () => {
      const totalBytes = (await stat(order.file)).size;
      const report = await RefusedLines.create(order.report);
      try {
        await this.#note(order, 'customer.import.started');
        const summary = await this.#all(order, report, run, totalBytes);
        await this.#note(order, summary.complete ? 'customer.import.completed' : 'customer.import.interrupted');
        return summary;
      } finally {
        await report.close();
      }
    });
  }

  async #all(order: ImportOrder, report: RefusedLines, run: string, totalBytes: number): Promise<ImportSummary> {
    const counts = { lines: 0, created: 0, there: 0, refused: 0 };
    const underway: Promise<void>[] = [];
    let done = Promise.resolve();
    const begin = (lines: readonly NdjsonLine[]) => {
      const outcomes = this.#round(lines, run, order.dryRun);
      // Rounds may end in any order; they are counted and reported in theirs.
      done = Promise.all([outcomes, done]).then(async ([results]) => {
        const refused = results.flatMap((one, n) => refusedIn(lines[n], one));
        for (const { outcome } of results) counts[outcome]++;
        counts.lines += lines.length;
        await report.add(refused);
        order.progress({ lines: counts.lines, bytes: lines.at(-1)?.end ?? 0, totalBytes });
      });
      // Whoever waits hears of it; the others need not.
      done.catch(() => undefined);
      underway.push(done);
    };
    const lines: NdjsonLine[] = [];
    for await (const line of ndjsonLines(order.file, MOST_BYTES)) {
      lines.push(line);
      if (lines.length < ROUND) continue;
      begin(lines.splice(0));
      if (underway.length === ROUNDS_AT_ONCE) await underway.shift();
      if (order.signal.aborted) break;
    }
    if (lines.length > 0 && !order.signal.aborted) begin(lines);
    await Promise.all(underway);
    return { run, ...counts, complete: !order.signal.aborted };
  }

  async #round(lines: readonly NdjsonLine[], run: string, dryRun: boolean): Promise<readonly LineOutcome[]> {
    const read = await Promise.all(lines.map(outcomeOfReading));
    const good = read.filter((one): one is ImportedLine => !isRefused(one));
    const outcomes = [...(await this.#patiently(() => this.commands.execute(new ImportCustomers(good, run, dryRun))))];
    return read.map((one) => (isRefused(one) ? one : (outcomes.shift() as LineOutcome)));
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Unavailable) || tries === TRIES) throw error;
        await this.clock.pause(PAUSE_MS);
      }
    }
  }

  async #note({ dryRun }: ImportOrder, action: string): Promise<void> {
    if (!dryRun) await this.audit.record({ action, actor: null, target: null, source: null });
  }
}

const isRefused = (one: ImportedLine | LineOutcome): one is LineOutcome & { readonly outcome: 'refused' } =>
  'outcome' in one;

async function outcomeOfReading(line: NdjsonLine): Promise<ImportedLine | LineOutcome> {
  try {
    return await readLine(line);
  } catch (error) {
    if (error instanceof InvalidInput) return { outcome: 'refused', faults: error.faults };
    throw error;
  }
}

const refusedIn = (line: NdjsonLine | undefined, outcome: LineOutcome): readonly Refused[] =>
  outcome.outcome === 'refused' ? [{ line: line?.number ?? 0, errors: outcome.faults }] : [];

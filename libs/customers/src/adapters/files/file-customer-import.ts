import { stat } from 'node:fs/promises';
import type { CommandBus } from '@nestjs/cqrs';
import { type AuditTrail, type Clock, type Fault, type Ids, InvalidInput, Unavailable } from '#kernel';
import { runInContext } from '#platform/observability';
import { ImportCustomers } from '../../application/commands/import-customers.js';
import type { LineOutcome } from '../../application/services/import-batch.js';
import type { ImportLine } from '../../application/services/import-candidate.js';
import { CustomerImport, type ImportOptions, type ImportSummary } from '../../facade.js';
import { type NdjsonLine, readNdjsonLines } from './ndjson-lines.js';
import { parseImportLine } from './parse-import-line.js';
import { RejectedLinesReport } from './rejected-lines-report.js';

const MAX_LINE_BYTES = 64 * 1_024;
/** Lines per transaction. */
const BATCH_SIZE = 500;
/** The next batch is read while the database writes one. */
const MAX_CONCURRENT_BATCHES = 2;
const MAX_ATTEMPTS = 10;
const RETRY_DELAY_MS = 1_000;

interface RejectedLine {
  readonly line: number;
  readonly errors: readonly Fault[];
}

/** Imports a file batch by batch. A batch that fails because a dependency is unavailable is retried. */
export class FileCustomerImport extends CustomerImport {
  constructor(
    private readonly commands: CommandBus,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly clock: Clock,
  ) {
    super();
  }

  async run(options: ImportOptions): Promise<ImportSummary> {
    const run = this.ids.next();
    return runInContext({ correlationId: run }, async () => {
      const totalBytes = (await stat(options.file)).size;
      const report = await RejectedLinesReport.create(options.report);
      try {
        await this.#recordAudit(options, 'customer.import.started');
        const summary = await this.#importBatches(options, report, run, totalBytes);
        await this.#recordAudit(
          options,
          summary.complete ? 'customer.import.completed' : 'customer.import.interrupted',
        );
        return summary;
      } finally {
        await report.close();
      }
    });
  }

  async #importBatches(
    options: ImportOptions,
    report: RejectedLinesReport,
    run: string,
    totalBytes: number,
  ): Promise<ImportSummary> {
    const counts = { lines: 0, created: 0, there: 0, refused: 0 };
    const underway: Promise<void>[] = [];
    let done = Promise.resolve();
    const begin = (lines: readonly NdjsonLine[]) => {
      const outcomes = this.#importBatch(lines, run, options.dryRun);
      // Batches may end in any order. They are counted and reported in the order of the file.
      done = Promise.all([outcomes, done]).then(async ([results]) => {
        const refused = results.flatMap((result, n) => toRejectedLines(lines[n], result));
        for (const { outcome } of results) counts[outcome]++;
        counts.lines += lines.length;
        await report.add(refused);
        options.progress({ lines: counts.lines, bytes: lines.at(-1)?.end ?? 0, totalBytes });
      });
      // The error reaches the caller through `underway`; this handler prevents an unhandled rejection.
      done.catch(() => undefined);
      underway.push(done);
    };
    const lines: NdjsonLine[] = [];
    for await (const line of readNdjsonLines(options.file, MAX_LINE_BYTES)) {
      lines.push(line);
      if (lines.length < BATCH_SIZE) continue;
      begin(lines.splice(0));
      if (underway.length === MAX_CONCURRENT_BATCHES) await underway.shift();
      if (options.signal.aborted) break;
    }
    if (lines.length > 0 && !options.signal.aborted) begin(lines);
    await Promise.all(underway);
    return { run, ...counts, complete: !options.signal.aborted };
  }

  async #importBatch(lines: readonly NdjsonLine[], run: string, dryRun: boolean): Promise<readonly LineOutcome[]> {
    const parsed = await Promise.all(lines.map(parseOrReject));
    const accepted = parsed.filter((line): line is ImportLine => !isRejected(line));
    const outcomes = [
      ...(await this.#withRetries(() => this.commands.execute(new ImportCustomers(accepted, run, dryRun)))),
    ];
    return parsed.map((line) => (isRejected(line) ? line : (outcomes.shift() as LineOutcome)));
  }

  async #withRetries<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Unavailable) || attempt === MAX_ATTEMPTS) throw error;
        await this.clock.pause(RETRY_DELAY_MS);
      }
    }
  }

  async #recordAudit({ dryRun }: ImportOptions, action: string): Promise<void> {
    if (!dryRun) await this.audit.record({ action, actor: null, target: null, source: null });
  }
}

const isRejected = (line: ImportLine | LineOutcome): line is LineOutcome & { readonly outcome: 'refused' } =>
  'outcome' in line;

async function parseOrReject(line: NdjsonLine): Promise<ImportLine | LineOutcome> {
  try {
    return await parseImportLine(line);
  } catch (error) {
    if (error instanceof InvalidInput) return { outcome: 'refused', faults: error.faults };
    throw error;
  }
}

const toRejectedLines = (line: NdjsonLine | undefined, outcome: LineOutcome): readonly RejectedLine[] =>
  outcome.outcome === 'refused' ? [{ line: line?.number ?? 0, errors: outcome.faults }] : [];

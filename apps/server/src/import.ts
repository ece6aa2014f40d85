import 'reflect-metadata';
import { access, constants } from 'node:fs/promises';
import { CustomerImport, type FileProgress, type ImportSummary } from '#customers';
import { Unavailable } from '#kernel';
import { exitWithError, OperatorError, parseArguments } from './cli-command.js';
import { withCliContext } from './cli-context.js';
import { ProgressLine } from './progress-line.js';

const USAGE = `make import FILE=customers.ndjson                     make customers of the lines; once more changes nothing
make import FILE=customers.ndjson ARGS=--dry-run      say what would become of them
                          ARGS="--report <file>"      where refused lines are told; default: <FILE>.refused.ndjson`;
const OPTIONS = { 'dry-run': { type: 'boolean' }, report: { type: 'string' } } as const;

/** Exit codes: some lines were refused; it could not go on; it was told to end. */
const [SOME_REFUSED, FAILED, INTERRUPTED] = [1, 2, 130];

/** `make import FILE=…`: customers of another system. */
async function main(): Promise<number> {
  const { values, positionals } = parseArguments(USAGE, OPTIONS, 1);
  const [file] = positionals;
  if (!file) throw new OperatorError(USAGE);
  await access(file, constants.R_OK).catch((error: unknown) => {
    throw new OperatorError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  });
  const [report, dryRun] = [values.report ?? `${file}.refused.ndjson`, values['dry-run'] === true];
  const abortController = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abortController.abort());
  let exitCode = FAILED;
  await withCliContext(async (app) => {
    const startedAt = performance.now();
    const line = new ProgressLine(process.stderr);
    const progress = ({ lines, bytes, totalBytes }: FileProgress) =>
      line.showProgress(lines, bytes / (totalBytes || 1));
    const running = app.get(CustomerImport).run({ file, report, dryRun, signal: abortController.signal, progress });
    const summary = await running.finally(() => line.clearLine()).catch(rethrowAsOperatorError);
    const seconds = (performance.now() - startedAt) / 1_000;
    console.log(formatSummary(summary, dryRun, seconds));
    if (summary.refused > 0) console.log(`why they were refused: ${report}`);
    exitCode = exitCodeOf(summary);
  });
  return exitCode;
}

function formatSummary(
  { run, lines, created, there, refused, complete }: ImportSummary,
  dryRun: boolean,
  seconds: number,
): string {
  const what = dryRun ? 'would be created' : 'created';
  return [
    `${lines} lines: ${created} ${what}, ${there} there already, ${refused} refused`,
    `${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s`,
    ...(dryRun ? [] : [`import ${run}: the correlation id of its events and of its lines in the audit trail`]),
    ...(complete ? [] : ['Interrupted. Run it again: it goes on where it ended.']),
  ].join('\n');
}

const exitCodeOf = ({ complete, refused }: ImportSummary): number =>
  complete ? (refused > 0 ? SOME_REFUSED : 0) : INTERRUPTED;

function rethrowAsOperatorError(error: unknown): never {
  throw error instanceof Unavailable
    ? new OperatorError('The database is away. What was created stays: run it again, it goes on where it ended.')
    : error;
}

await main().then(
  (code) => process.exit(code),
  (error: unknown) => exitWithError(error, FAILED),
);

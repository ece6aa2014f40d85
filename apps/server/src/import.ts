import 'reflect-metadata';
import { access, constants } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { CustomerImport, type FileProgress } from '#customers';
import { BadConfiguration, parseSettings, readEnvironment } from '#platform';
import { AppModule } from './app.module.js';
import { openFoundations } from './foundations.js';
import { ProgressLine } from './progress-line.js';

const USAGE = `make import FILE=customers.ndjson                     make customers of the lines; once more changes nothing
make import FILE=customers.ndjson ARGS=--dry-run      say what would become of them
                          ARGS="--report <file>"      where refused lines are told; default: <FILE>.refused.ndjson`;

/** Exit codes: some lines were refused; it could not go on; it was told to end. */
const [SOME_REFUSED, FAILED, INTERRUPTED] = [1, 2, 130];

async function main(): Promise<number> {
  const { file, report, dryRun } = read();
  await access(file, constants.R_OK);
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());
  const settings = parseSettings({ ...readEnvironment(), LOG_LEVEL: 'silent' });
  const foundations = await openFoundations(settings, { beside: true });
  const app = await NestFactory.createApplicationContext(AppModule.on(foundations), {
    logger: false,
    abortOnError: false,
  });
  const line = new ProgressLine(process.stderr);
  try {
    const progress = ({ lines, bytes, totalBytes }: FileProgress) => line.show(lines, bytes / (totalBytes || 1));
    const order = { file, report, dryRun, signal: ending.signal, progress };
    const begun = performance.now();
    const { run, lines, created, there, refused, complete } = await app.get(CustomerImport).run(order);
    line.end();
    const seconds = (performance.now() - begun) / 1_000;
    console.log(
      `${lines} lines: ${created} ${dryRun ? 'would be created' : 'created'}, ${there} there already, ${refused} refused`,
    );
    console.log(`${seconds.toFixed(1)} s, ${Math.round(lines / seconds)} lines/s`);
    if (!dryRun) console.log(`import ${run}: the correlation id of its events and of its lines in the audit trail`);
    if (refused > 0) console.log(`why they were refused: ${report}`);
    if (!complete) console.log('Interrupted. Run it again: it goes on where it ended.');
    return complete ? (refused > 0 ? SOME_REFUSED : 0) : INTERRUPTED;
  } finally {
    line.end();
    await app.close();
    await foundations.close();
  }
}

function read() {
  try {
    const options = { 'dry-run': { type: 'boolean' }, report: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [file, ...others] = positionals;
    if (file && others.length === 0)
      return { file, report: values.report ?? `${file}.refused.ndjson`, dryRun: values['dry-run'] === true };
  } catch {
    // An option that does not exist.
  }
  throw new BadConfiguration([USAGE]);
}

await main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(FAILED);
  },
);

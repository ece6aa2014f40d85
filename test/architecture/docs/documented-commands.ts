import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../support/ensure-built.js';
import { type Program, startProgram } from '../../support/program.js';

/** Runs the lines of a page behind `<!-- mark -->`, as they stand there, on a program of its own: what was answered to each. */
export async function runDocumentedCommands(
  page: string,
  marker: string,
): Promise<{ readonly answers: readonly Readonly<Record<string, unknown>>[]; readonly program: Program }> {
  const [, behind = ''] = readFileSync(path.join(ROOT, page), 'utf8').split(`<!-- ${marker} -->\n\`\`\`sh\n`);
  const [lines = ''] = behind.split('```');
  const program = await startProgram();
  const script = lines.replaceAll('http://127.0.0.1:3000', program.url);
  const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', script], { timeout: 30_000 });
  const answers = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { answers, program };
}

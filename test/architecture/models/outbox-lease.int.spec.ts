import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../../support/disposable-server.js';
import { ROOT } from '../../support/ensure-built.js';
import { temporaryFolder } from '../../support/resource-reaper.js';

const MODEL = path.join(ROOT, 'test/architecture/models/outbox-lease.pml');
const spin = findProgram(['spin']);
const compiler = findProgram(['gcc', 'cc']);
const folder = temporaryFolder();
afterAll(() => folder.end());

/** What an exhaustive search of the model says. */
function runModelChecker(...mutations: string[]): string {
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder.path, encoding: 'utf8', stdio: 'pipe', timeout: 100_000 });
  run(spin ?? '', ...mutations.map((name) => `-D${name}`), '-a', MODEL);
  run(compiler ?? '', '-O2', '-w', '-DSAFETY', '-DCOLLAPSE', '-DMEMLIM=1024', '-o', 'pan', 'pan.c');
  return run('./pan', '-E', '-m200000');
}

describe('the lease of the outbox, searched by spin', () => {
  beforeAll(() => {
    if (!spin || !compiler)
      throw new Error('spin or a C compiler is missing: make services (Debian: apt install spin gcc)');
  });

  it('INV-10 INV-11 keeps every order of steps of two relays that fail, die and sleep', { timeout: 120_000 }, () => {
    const report = runModelChecker();
    expect(report).toContain('errors: 0');
    expect(report, 'to the end').not.toMatch(/max search depth too small|out of memory|Search not completed/);
    expect(Number(/(\d+) states, stored/.exec(report)?.[1])).toBeGreaterThan(1_000_000);
  });

  it.each([
    ['any free row is taken, not the head', 'NO_GUARD'],
    ['a row is deleted before it is sent', 'DELETE_FIRST'],
    ['what stands behind a failed event is sent', 'GO_ON'],
  ])('is refuted where %s', { timeout: 120_000 }, (_, mutation) => {
    expect(runModelChecker(mutation)).toMatch(/assertion violated[\s\S]*errors: 1/);
  });
});

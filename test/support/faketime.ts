import { execFileSync } from 'node:child_process';
import { ProgramMissing } from './own-servers.js';
import { findProgram } from './throw-away.js';

/** The settings under which a program lives so far from our time, e.g. `+5m`. @throws ProgramMissing */
export function wrongClock(offset: string): Readonly<Record<string, string>> {
  const program = findProgram(['faketime']);
  if (!program) throw new ProgramMissing('faketime is not installed. Get it with: make services');
  const preload = execFileSync(program, ['-f', offset, 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
  return { LD_PRELOAD: preload, FAKETIME: offset };
}

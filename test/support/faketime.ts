import { execFileSync } from 'node:child_process';
import { findProgram } from './disposable-server.js';
import { ProgramNotInstalledError } from './local-servers.js';

/** The settings under which a program lives so far from our time, e.g. `+5m`. @throws ProgramMissing */
export function wrongClock(offset: string): Readonly<Record<string, string>> {
  const program = findProgram(['faketime']);
  if (!program) throw new ProgramNotInstalledError('faketime is not installed. Get it with: make services');
  const preload = execFileSync(program, ['-f', offset, 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).trim();
  return { LD_PRELOAD: preload, FAKETIME: offset };
}

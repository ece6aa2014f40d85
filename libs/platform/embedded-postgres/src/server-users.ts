import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isRunning } from './processes.js';

/**
 * Who uses the server of a folder, one fingerprint and handle id per line; call both under the folder's lock. The last
 * one out stops the server, whoever started it, so that neither a killed owner nor an earlier leaver matters.
 * @returns how many others use it
 */
export function joinServer(file: string, user: string): number {
  const others = usersOf(file).filter((other) => other !== user);
  write(file, [...others, user]);
  return others.length;
}

/** @returns how many users stay behind */
export function leaveServer(file: string, user: string): number {
  const others = usersOf(file).filter((other) => other !== user);
  write(file, others);
  return others.length;
}

function usersOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((user) => user !== '' && isRunning(user));
  } catch {
    return [];
  }
}

function write(file: string, users: readonly string[]): void {
  if (users.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  // A draft that a killed process left may have another mode.
  rmSync(`${file}.new`, { force: true });
  writeFileSync(`${file}.new`, users.join('\n'), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

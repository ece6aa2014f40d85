import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { isRunning, processFingerprint } from './processes.js';

const POLL_MS = 15;
const STALE_STEAL_MS = 5_000;

/**
 * Runs `work` while it holds the lock file exclusively, across processes and within this one. Takes over the lock of a dead
 * process.
 * @param deadline epoch milliseconds
 * @throws EmbeddedPostgresError when the lock is still held at the deadline
 */
export async function withFolderLock<T>(file: string, deadline: number, work: () => Promise<T>): Promise<T> {
  const ticket = `${processFingerprint()}:${randomUUID()}`;
  while (!acquire(file, ticket)) {
    const holder = read(file);
    if (holder && !isRunning(holder)) steal(file, holder);
    else if (Date.now() > deadline) throw lockTimeoutError(file, holder);
    await sleep(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if (read(file) === ticket) rmSync(file, { force: true });
  }
}

/** A link appears atomically with its content, so that no process ever reads a lock without a holder. */
function acquire(file: string, ticket: string): boolean {
  const draft = `${file}.${ticket.slice(-36)}`;
  try {
    writeFileSync(draft, ticket, { flag: 'wx', mode: 0o600 });
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Of several processes that saw the same dead holder, one at a time checks again and removes the lock. A lock of a running
 * process stays.
 */
function steal(file: string, dead: string): void {
  const token = `${file}.steal`;
  try {
    writeFileSync(token, '', { flag: 'wx', mode: 0o600 });
  } catch {
    if (age(token) > STALE_STEAL_MS) rmSync(token, { force: true });
    return;
  }
  if (read(file) === dead) rmSync(file, { force: true });
  rmSync(token, { force: true });
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const lockTimeoutError = (file: string, holder = 'another process') =>
  new EmbeddedPostgresError(`${file} has been held for too long (by process ${holder.split(':')[0]}).`);

const age = (file: string): number => Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

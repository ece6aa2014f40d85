import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPostmasterFile, removeStalePostmasterFile, runningServer } from './postmaster-file.js';

describe('the lock file of a server', () => {
  let data: string;
  const file = () => path.join(data, 'postmaster.pid');
  const write = (pid: number, status: string) =>
    writeFileSync(file(), `${pid}\n${data}\n1\n5433\n\n127.0.0.1\n  1 2\n${status}\n`);

  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'foyer-postmaster-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('is read, and need not be there', () => {
    expect(readPostmasterFile(data)).toBeUndefined();
    write(7, 'starting');
    expect(readPostmasterFile(data)).toEqual({ pid: 7, port: 5433, ready: false });
    write(7, 'ready   ');
    expect(readPostmasterFile(data)).toMatchObject({ ready: true });
  });

  it('means nothing, and goes, when it names a living process that is not the server', () => {
    write(process.pid, 'ready');
    expect(runningServer(data)).toBeUndefined();
    removeStalePostmasterFile(data);
    expect(existsSync(file())).toBe(false);
  });

  it('is left to PostgreSQL when it names nobody', () => {
    write(4194304, 'ready');
    removeStalePostmasterFile(data);
    expect(existsSync(file())).toBe(true);
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPostmasterFile, removeStalePostmasterFile, runningServer } from './postmaster-file.js';

describe('postmaster.pid', () => {
  let data: string;
  const file = () => path.join(data, 'postmaster.pid');
  const write = (pid: number, status: string) =>
    writeFileSync(file(), `${pid}\n${data}\n1\n5433\n\n127.0.0.1\n  1 2\n${status}\n`);

  beforeEach(() => {
    data = mkdtempSync(path.join(tmpdir(), 'foyer-postmaster-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('is parsed, and may be absent', () => {
    expect(readPostmasterFile(data)).toBeUndefined();
    write(7, 'starting');
    expect(readPostmasterFile(data)).toEqual({ pid: 7, port: 5433, ready: false });
    write(7, 'ready   ');
    expect(readPostmasterFile(data)).toMatchObject({ ready: true });
  });

  it('is ignored and removed when it names a running process that is not the server', () => {
    write(process.pid, 'ready');
    expect(runningServer(data)).toBeUndefined();
    removeStalePostmasterFile(data);
    expect(existsSync(file())).toBe(false);
  });

  it('is left to PostgreSQL when its process does not exist', () => {
    write(4194304, 'ready');
    removeStalePostmasterFile(data);
    expect(existsSync(file())).toBe(true);
  });
});

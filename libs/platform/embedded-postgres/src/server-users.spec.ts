import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processFingerprint } from './processes.js';
import { registerServerUser, unregisterServerUser } from './server-users.js';

describe('the users of a server', () => {
  let folder: string;
  let file: string;
  const [first, second] = [`${processFingerprint()}:1`, `${processFingerprint()}:2`];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'foyer-users-'));
    file = path.join(folder, 'pg.users');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('are counted until the last one leaves', () => {
    expect(registerServerUser(file, first)).toBe(0);
    expect(registerServerUser(file, second)).toBe(1);
    expect(unregisterServerUser(file, first)).toBe(1);
    expect(unregisterServerUser(file, second)).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  it('are stored in a file that only its owner can read, also over an older file or a leftover draft [AC-83]', () => {
    const mode = (): number => statSync(file).mode & 0o777;
    registerServerUser(file, first);
    expect(mode()).toBe(0o600);
    for (const left of [file, `${file}.new`]) {
      writeFileSync(left, '');
      chmodSync(left, 0o644);
    }
    registerServerUser(file, second);
    expect(mode()).toBe(0o600);
    chmodSync(file, 0o644);
    unregisterServerUser(file, first);
    expect(mode()).toBe(0o600);
  });

  it('are removed when they die', () => {
    writeFileSync(file, '4194304:1:dead\n');
    expect(registerServerUser(file, first)).toBe(0);
    expect(unregisterServerUser(file, first)).toBe(0);
  });
});

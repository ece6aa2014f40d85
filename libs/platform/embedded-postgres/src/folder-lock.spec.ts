import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFolderLock } from './folder-lock.js';
import { processFingerprint } from './processes.js';

const DEAD = '4194304:1:0';

describe('withFolderLock', () => {
  let folder: string;
  let file: string;
  const soon = () => Date.now() + 5_000;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'foyer-lock-'));
    file = path.join(folder, 'pg.lock');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('runs one caller at a time, also within one process, and leaves no file behind', async () => {
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await sleep(5);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withFolderLock(file, soon(), work)));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('releases the lock when the work fails', async () => {
    await expect(withFolderLock(file, soon(), () => Promise.reject(new Error('oops')))).rejects.toThrow('oops');
    expect(existsSync(file)).toBe(false);
  });

  it('lets one of several callers take over the lock of a dead process', async () => {
    writeFileSync(file, DEAD);
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await sleep(5);
      inside--;
    };
    await Promise.all([1, 2, 3].map(() => withFolderLock(file, soon(), work)));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not take over the lock of a running process, and reports its holder', async () => {
    writeFileSync(file, `${processFingerprint()}:other`);
    const waiting = withFolderLock(file, Date.now() + 40, async () => {});
    await expect(waiting).rejects.toThrow(`by process ${process.pid}`);
    expect(existsSync(file)).toBe(true);
  });

  it.runIf(process.platform === 'linux')(
    'takes over the lock when another process has reused the process id',
    async () => {
      writeFileSync(file, `${process.pid}:1:other`);
      expect(await withFolderLock(file, soon(), async () => 'in')).toBe('in');
    },
  );
});

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Settings } from '#platform/config';
import { createRecordingLog } from '#platform/observability/testing';
import { NoSnapshotStore, type Snapshotable, SnapshotStore } from './snapshot-store.js';

/** A store with one value. */
class Memory implements Snapshotable {
  constructor(public thing: unknown = undefined) {}

  snapshot(): unknown {
    return this.thing;
  }

  restore(kept: unknown): void {
    this.thing = kept;
  }
}

describe('SnapshotStore', () => {
  let folder: string;
  let file: string;
  let written: ReturnType<typeof createRecordingLog>;

  const opened = () => new SnapshotStore({ dataDir: path.join(folder, 'data') } as Settings, written.log);
  const restarted = (...names: string[]) => {
    const snapshots = opened();
    return names.map((name) => {
      const memory = new Memory('as it begins');
      snapshots.register(name, memory);
      return memory.thing;
    });
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'snapshots-'));
    file = path.join(folder, 'data', 'pending.json');
    written = createRecordingLog();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('restores every store after a clean stop', () => {
    const snapshots = opened();
    snapshots.register('codes', new Memory([['a', { n: 1 }]]));
    snapshots.register('due', new Memory(['ü']));
    snapshots.save();
    expect(restarted('due', 'codes', 'new one')).toEqual([['ü'], [['a', { n: 1 }]], 'as it begins']);
  });

  it('writes a file that only the owner of the folder can read, and leaves no other file', () => {
    const snapshots = opened();
    snapshots.register('codes', new Memory('x'));
    snapshots.save();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
    expect(readdirSync(path.dirname(file))).toEqual(['pending.json']);
  });

  it('restores nothing from an older stop after a crash', () => {
    const snapshots = opened();
    snapshots.register('codes', new Memory('old'));
    snapshots.save();
    expect(restarted('codes')).toEqual(['old']);
    expect(existsSync(file)).toBe(false);
    expect(restarted('codes')).toEqual(['as it begins']);
  });

  it('neither reads nor writes the snapshot in a CLI command that runs alongside the server', () => {
    const snapshots = opened();
    snapshots.register('codes', new Memory('kept'));
    snapshots.save();
    const memory = new Memory('as it begins');
    const beside = new NoSnapshotStore({ dataDir: path.join(folder, 'data') } as Settings, written.log);
    beside.register('codes', memory);
    beside.save();
    expect([memory.thing, restarted('codes')]).toEqual(['as it begins', ['kept']]);
  });

  it('warns and continues when the snapshot cannot be written [AC-86]', () => {
    writeFileSync(path.join(folder, 'data'), 'a file where the folder should be');
    const snapshots = opened();
    snapshots.register('codes', new Memory('lost'));
    expect(() => snapshots.save()).not.toThrow();
    expect(written.lines).toMatchObject([{ level: 40, msg: expect.stringMatching(/^cannot save pending attempts/) }]);
    expect(written.lines).toHaveLength(1);
  });

  it('starts empty and warns when the snapshot can be neither read nor removed [AC-86]', () => {
    mkdirSync(path.join(file, 'in the way'), { recursive: true });
    expect(restarted('codes')).toEqual(['as it begins']);
    expect(written.lines).toMatchObject([{ level: 40, reason: expect.stringContaining('EISDIR') }]);
  });

  it('starts without a warning where there can be no file [AC-86]', () => {
    writeFileSync(path.join(folder, 'data'), 'a file where the folder should be');
    expect(restarted('codes')).toEqual(['as it begins']);
    expect(written.lines).toEqual([]);
  });

  it('touches no file when there is no store', () => {
    opened().save();
    expect(existsSync(path.dirname(file))).toBe(false);
  });

  it.each(['', '{', '[]', '"x"'])('starts empty when the file contains %j', (content) => {
    mkdirSync(path.dirname(file));
    writeFileSync(file, content);
    expect(restarted('codes')).toEqual(['as it begins']);
    expect(existsSync(file)).toBe(false);
  });
});

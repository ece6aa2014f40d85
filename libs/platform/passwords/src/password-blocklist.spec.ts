import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { PasswordBlocklist } from './password-blocklist.js';

const lines = gunzipSync(readFileSync(new URL('./common-passwords.txt.gz', import.meta.url)))
  .toString()
  .split('\n')
  .slice(0, -1);

describe('PasswordBlocklist [ST-P2]', () => {
  it('has at least ten thousand passwords that pass the length rule, in lower case, unique and sorted', () => {
    expect(lines.length).toBeGreaterThanOrEqual(10_000);
    expect(lines.filter((line) => [...line].length < 8 || line !== line.toLowerCase())).toEqual([]);
    expect(lines).toEqual([...new Set(lines)].sort());
  });

  it('contains every one of them, and no other', () => {
    const common = new PasswordBlocklist();
    expect(lines.filter((line) => !common.has(line))).toEqual([]);
    for (const other of ['', '\n', 'password\n', 'password\nsunshine', 'passwor', 'asswor', ` ${lines[0]}`])
      expect(common.has(other), JSON.stringify(other)).toBe(false);
    expect(lines.filter((line) => common.has(`${line}~`) || common.has(`${line.slice(0, -1)}~`))).toEqual([]);
  });

  it('uses no memory until the first look-up, and then less than half a megabyte', () => {
    const common = new PasswordBlocklist();
    expect(common.bytes).toBe(0);
    common.has('anything');
    expect(common.bytes).toBeGreaterThan(lines.length * 9);
    expect(common.bytes).toBeLessThan(512 * 1024);
  });

  it('answers in microseconds', () => {
    const common = new PasswordBlocklist();
    common.has('warm up');
    const start = performance.now();
    for (let n = 0; n < 10_000; n++) common.has(`no such password ${n}`);
    expect(performance.now() - start).toBeLessThan(200);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { isAlive, isRunning, processExists, processFingerprint } from './processes.js';

describe('processes', () => {
  it('are alive until they end', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const pid = child.pid ?? 0;
    const print = processFingerprint(pid);
    expect([isAlive(pid), isRunning(print)]).toEqual([true, true]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect([isAlive(pid), isRunning(print), processExists(pid)]).toEqual([false, false, false]);
  });

  it.runIf(process.platform === 'linux')('are dead as zombies, although the process id exists', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $! && exec sleep 30']);
    const [line] = await once(parent.stdout, 'data');
    const zombie = Number(line);
    await vi.waitFor(() => expect(isAlive(zombie)).toBe(false));
    expect(processExists(zombie)).toBe(true);
    parent.kill('SIGKILL');
  });

  it.each([0, -1, Number.NaN, 1.5])('never have the process id %s', (pid) => {
    expect(isAlive(pid)).toBe(false);
  });
});

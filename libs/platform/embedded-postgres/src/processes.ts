import { readFileSync } from 'node:fs';

interface ProcessStat {
  readonly state: string;
  readonly startedAt: string;
}

/** True while the process table has this number, be it a zombie or somebody else's process. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True while this process runs. A zombie does not: in a container without an init it may stay for ever. */
export function isAlive(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0 && processExists(pid) && !/^[ZX]/.test(readProcessStat(pid)?.state ?? '');
}

/** Names one process for ever. Its number alone does not: the next container hands out the same numbers again. */
export function processFingerprint(pid: number = process.pid): string {
  return `${pid}:${readProcessStat(pid)?.startedAt ?? ''}`;
}

/** True while the process of that fingerprint runs; where start times are unknown, while its number is in use. */
export function isRunning(fingerprint: string): boolean {
  const [pid, startedAt] = fingerprint.split(':');
  if (!isAlive(Number(pid))) return false;
  const now = readProcessStat(Number(pid))?.startedAt;
  return !startedAt || now === undefined || now === startedAt;
}

function readProcessStat(pid: number): ProcessStat | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name in parentheses may hold anything; state is field 3, starttime field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

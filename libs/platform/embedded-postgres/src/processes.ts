import { readFileSync } from 'node:fs';

interface ProcessStat {
  readonly state: string;
  readonly startedAt: string;
}

/** True while the process id exists, even if it is a zombie or was reused. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** True while this process runs. A zombie does not run: in a container without an init it may remain forever. */
export function isAlive(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0 && processExists(pid) && !/^[ZX]/.test(readProcessStat(pid)?.state ?? '');
}

/** Identifies one process uniquely. The process id alone does not: the next container assigns the same ids again. */
export function processFingerprint(pid: number = process.pid): string {
  return `${pid}:${readProcessStat(pid)?.startedAt ?? ''}`;
}

/** True while the process with this fingerprint runs. Where start times are unknown: while its process id is in use. */
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
    // proc(5): the name in parentheses may contain any character; state is field 3, starttime field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

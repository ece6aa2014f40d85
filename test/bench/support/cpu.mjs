import { readdirSync, readFileSync } from 'node:fs';

const TICK_SECONDS = 0.01; // USER_HZ, 100 on every Linux that Node runs on

/** Seconds of processor time that a process has used so far, all its threads together. Linux only, else NaN. */
export function cpuOf(pid) {
  const { seconds } = statOf(pid);
  return seconds;
}

/** The same of a process and its children; children that have ended are counted where they were waited for. */
export function cpuOfFamily(pid) {
  if (pid === undefined) return 0;
  const children = everyPid().filter((other) => statOf(other).parent === pid);
  const { seconds, ofEnded } = statOf(pid);
  return seconds + ofEnded + children.map(cpuOf).reduce((sum, one) => sum + (one || 0), 0);
}

/** Resident memory in MiB. */
export function residentMiB(pid) {
  const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kibibytes) / 1024;
}

export function ownCpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function everyPid() {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}

/** proc(5): the fields behind the name, which may itself hold blanks and brackets. */
function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15);
    return {
      parent: fields[1],
      seconds: (user + system) * TICK_SECONDS,
      ofEnded: (endedUser + endedSystem) * TICK_SECONDS,
    };
  } catch {
    return { parent: NaN, seconds: NaN, ofEnded: NaN };
  }
}

import { pino } from 'pino';
import { Log } from '../log.js';

/** A log that records its lines. */
export function createRecordingLog(): {
  readonly log: Log;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
} {
  const lines: Record<string, unknown>[] = [];
  const log = new Log(pino({ level: 'trace' }, { write: (line: string) => void lines.push(JSON.parse(line)) }));
  return { log, lines };
}

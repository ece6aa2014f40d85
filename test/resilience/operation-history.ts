import { appendFileSync } from 'node:fs';

/** One call of a client, from its first byte to its answer. */
export interface Operation {
  /** Who calls. One process makes one call at a time. */
  readonly proc: string;
  readonly op: 'register' | 'resend' | 'activate' | 'login';
  /** The identifier. */
  readonly key: string;
  /** Names the password, and by that the attempt. */
  readonly password: string;
  /** Milliseconds on one clock. */
  readonly start: number;
  readonly end: number;
  /** `info`: nobody knows whether it was done (503, no answer). `fail`: it was not. */
  readonly outcome: 'ok' | 'fail' | 'info';
  /** 0: no answer. */
  readonly status: number;
  readonly code?: string;
  readonly retryAfter?: number;
  /** The id it was told. */
  readonly id?: string;
  readonly attemptId?: string;
  /** What was typed as a code, and which message it came from. */
  readonly typed?: string;
  readonly reference?: string;
}

/** What clients did and saw; added to a file as JSON lines if one is named: `CHAOS_HISTORY=history.jsonl`. */
export class OperationHistory {
  readonly operations: Operation[] = [];
  readonly #file = process.env['CHAOS_HISTORY'];

  add(operation: Operation): void {
    this.operations.push(operation);
    if (this.#file) appendFileSync(this.#file, `${JSON.stringify(operation)}\n`);
  }
}

/** 409: somebody else may be doing it at this moment. */
export function classifyStatus(status: number): Operation['outcome'] {
  if (status >= 200 && status < 300) return 'ok';
  return status >= 400 && status < 500 && status !== 409 ? 'fail' : 'info';
}

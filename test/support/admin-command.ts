import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from './ensure-built.js';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `make admin EMAIL=…`, once everything is built. */
export const runAdminCommand = (env: Readonly<Record<string, string>>, ...email: string[]): Promise<CommandResult> =>
  new Promise((resolve) => {
    const script = path.join(ROOT, 'dist/apps/server/src/admin.js');
    // cwd: a developer's .env lies in the project's root
    const o = { env, cwd: os.tmpdir(), timeout: 30_000 };
    execFile(process.execPath, [script, ...email], o, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });

/** What an access token says. */
export const decodeClaims = (token: string): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/built.js';
import { startProgram } from '../support/program.js';

const WALK = /<!-- walk -->\n```sh\n([\s\S]*?)```/;

describe('the walk in docs/http.md', () => {
  it('leads from registration to sign-out with its lines, as they stand there', async () => {
    const lines = WALK.exec(readFileSync(path.join(ROOT, 'docs/http.md'), 'utf8'))?.[1] ?? '';
    const program = await startProgram();
    const script = lines.replaceAll('http://127.0.0.1:3000', program.url);
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', script], { timeout: 30_000 });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const refused = { status: 401, code: 'auth.invalid_credentials' };
    expect(answers).toMatchObject([
      { channel: 'email', codeLength: 4 },
      { email: 'grace@example.org', status: 'active' },
      { email: 'grace@example.org', status: 'active' },
      { items: [{ current: true }] },
      { status: 204 },
      refused,
      refused,
    ]);
    await program.dispose();
  });
});

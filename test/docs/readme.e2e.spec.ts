import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/built.js';
import { startProgram } from '../support/program.js';

const FIRST_CUSTOMER = /<!-- first-customer -->\n```sh\n([\s\S]*?)```/;

describe('the README', () => {
  it('makes a customer and a login with its lines, as they stand there', async () => {
    const lines = FIRST_CUSTOMER.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';
    const program = await startProgram();
    const script = lines.replaceAll('http://127.0.0.1:3000', program.url);
    const { stdout } = await promisify(execFile)('sh', ['-eu', '-c', script], { timeout: 30_000 });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const [ticket, customer, me] = answers;
    expect(ticket).toMatchObject({ channel: 'email', codeLength: 4, id: customer?.['id'] });
    expect(me).toMatchObject({ id: customer?.['id'], email: 'ada@example.org', status: 'active', verifiedBy: 'code' });
    await program.dispose();
  });
});

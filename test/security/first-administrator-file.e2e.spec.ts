import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tryLogIn } from '../support/auth-requests.js';
import { freePort } from '../support/ports.js';
import { Program } from '../support/program.js';
import { temporaryFolder } from '../support/resource-reaper.js';

it('has written the file of the first administrator before it says that it is ready [AC-84]', async () => {
  const folder = temporaryFolder();
  // a hash that takes long, so that whatever comes too late is seen
  const program = new Program(await freePort(), folder, { env: { BCRYPT_COST: '13' } });
  program.startWithoutWaiting();
  const file = path.join(program.env['DATA_DIR'] ?? '', 'first-admin');
  let written: string | undefined;
  for (let status = 0; status !== 200; await sleep(1)) {
    const reply = await program.request('GET', '/health/ready').catch(() => undefined);
    status = reply?.status ?? 0;
    if (status === 200) written = readFileSync(file, 'utf8');
  }
  const [email = '', password = ''] = written?.trim().split(' ') ?? [];
  expect([email, statSync(file).mode & 0o777]).toEqual(['admin@foyer.localhost', 0o600]);
  expect((await tryLogIn(program, email, password)).status).toBe(200);
  await program.dispose();
}, 60_000);

it('leaves no file in its data folder that others on the machine can read [AC-83]', async () => {
  const folder = temporaryFolder();
  const program = new Program(await freePort(), folder, {});
  await program.start();
  const readable = (): string[] => {
    const data = program.env['DATA_DIR'] ?? '';
    const files = readdirSync(data, { withFileTypes: true }).filter((entry) => entry.isFile());
    return files.map(({ name }) => name).filter((name) => (statSync(path.join(data, name)).mode & 0o077) !== 0);
  };
  await program.request('POST', '/v1/registrations', {
    json: { email: 'mia@example.org', password: 'a long password' },
  });
  expect(readable()).toEqual([]);
  expect(await program.stop()).toBe(0);
  expect(readable()).toEqual([]);
  await program.dispose();
});

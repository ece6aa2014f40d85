import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freshDatabase } from '../support/fresh-databases.js';
import { runProgram, startProgram } from '../support/program.js';
import { randomCredentials, register } from '../support/registration-requests.js';
import { temporaryFolder } from '../support/resource-reaper.js';
import { startSmtpSink } from '../support/smtp-sink.js';
import { freshSecrets, MIGRATE_ENTRY, TEST_SETTINGS } from '../support/test-deployment.js';

it('ends with 0 without Redis where nothing can be written, and says what is lost [AC-86]', async () => {
  const [database, mail, folder] = [await freshDatabase(), await startSmtpSink(), temporaryFolder()];
  // A link that leads nowhere: nothing can be made behind it, not even by root.
  const link = path.join(folder.path, 'link');
  symlinkSync(path.join(folder.path, 'nowhere', 'at', 'all'), link);
  const own = { DATABASE_URL: database.url, SMTP_URL: mail.url, DATA_DIR: path.join(link, 'data') };
  const env = { ...freshSecrets(), ...TEST_SETTINGS, ...own };
  expect((await runProgram({ env, entry: MIGRATE_ENTRY })).code).toBe(0);
  const program = await startProgram({ env });
  await register(program.url, randomCredentials());
  const exitCode = await program.stop();
  const lost = program.logs().filter(({ msg }) => String(msg).startsWith('cannot save pending attempts'));
  expect(lost).toMatchObject([{ level: 'warn', reason: expect.stringContaining(link) }]);
  expect(exitCode).toBe(0);
  await program.dispose();
  await Promise.all([database.drop(), mail.stop(), folder.end()]);
});

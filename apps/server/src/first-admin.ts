import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { INestApplicationContext } from '@nestjs/common';
import { Administrators, IdentifierTaken } from '#customers';
import { type Settings, usesEmbeddedDatabase } from '#platform/config';

/** Nobody's mailbox: whoever reads the file is at the machine. */
const FIRST_ADMIN_EMAIL = 'admin@foyer.localhost';

/**
 * The first start of the embedded default appoints an administrator and writes `<e-mail> <one-time password>` to
 * `DATA_DIR/first-admin` (0600). The password is good for setting a new one only. Returns the line, if one was written.
 */
export async function appointFirstAdmin(app: INestApplicationContext, settings: Settings): Promise<string | undefined> {
  const file = path.join(settings.dataDir, 'first-admin');
  const administrators = app.get(Administrators);
  if (!usesEmbeddedDatabase(settings) || existsSync(file) || (await administrators.anyExist())) return undefined;
  // Of processes that start on one folder at the same moment, one appoints and writes.
  const oneTimePassword = await administrators.appointAdministrator(FIRST_ADMIN_EMAIL).then(
    (appointed) => appointed.oneTimePassword,
    (error: unknown) => {
      if (error instanceof IdentifierTaken) return null;
      throw error;
    },
  );
  if (oneTimePassword === null) return undefined;
  const line = `${FIRST_ADMIN_EMAIL} ${oneTimePassword}`;
  writeFileSync(file, `${line}\n`, { mode: 0o600, flush: true });
  return line;
}

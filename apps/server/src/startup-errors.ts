import { InvalidConfiguration } from '#platform/config';
import { type MigrationState } from '#platform/database';
import { OperatorError } from './cli-command.js';

type SystemError = Partial<NodeJS.ErrnoException> & { readonly errors?: readonly unknown[] };

/**
 * What to do about a database that lets nobody in. Names the setting and the place; the words of the driver name users and
 * databases, never a password.
 */
export function databaseConnectionError(error: unknown, databaseUrl: string): InvalidConfiguration {
  return new InvalidConfiguration([
    `DATABASE_URL lets nobody in at ${databaseLocationOf(databaseUrl)}: ${errorMessageOf(error)}`,
  ]);
}

/** What to do about a database whose schema is older than this program, or not there: one line. */
export function pendingMigrationsError(
  { known, missing, isRunning }: MigrationState,
  databaseUrl: string,
): OperatorError {
  const schemaState =
    missing === known ? 'was never migrated' : `lacks ${missing} of the ${known} migrations of this version`;
  const instruction = isRunning
    ? `another process is migrating at this moment: start again when it has ended, and if migrations are still missing then, run ${MIGRATE_COMMAND} first`
    : `run ${MIGRATE_COMMAND}, then start again`;
  return new OperatorError(
    `The database ${databaseLocationOf(databaseUrl)} (DATABASE_URL) ${schemaState}: ${instruction}.`,
  );
}

const MIGRATE_COMMAND = '"make migrate" (node dist/apps/server/src/migrate.js)';

/** Without the user and the password. */
function databaseLocationOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

/** What to do about an address that cannot be listened to; other faults stay what they are. */
export function listenError(error: unknown, { host, port }: { host: string; port: number }, setting: string): unknown {
  switch ((error as SystemError | undefined)?.code) {
    case 'EADDRINUSE':
      return new InvalidConfiguration([
        `${setting} ${port} is taken on ${host}: end who listens there, or set another`,
      ]);
    case 'EACCES':
      return new InvalidConfiguration([`${setting} ${port} is not for this user: set one above 1023`]);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new InvalidConfiguration([`HOST ${host} is no address of this machine`]);
    default:
      return error;
  }
}

/** A name with two addresses fails with a list of faults and no words of its own. */
function errorMessageOf(error: unknown): string {
  const { message, errors, code } = error as SystemError;
  const [first] = errors ?? [];
  return message || (first ? errorMessageOf(first) : (code ?? 'no reason was given'));
}

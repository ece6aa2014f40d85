import { BadConfiguration } from '#platform/config';
import { type MigrationState } from '#platform/database';
import { Refusal } from './command.js';

type SystemError = Partial<NodeJS.ErrnoException> & { readonly errors?: readonly unknown[] };

/**
 * What to do about a database that lets nobody in. Names the setting and the place; the words of the driver name users and
 * databases, never a password.
 */
export function noWayIn(error: unknown, databaseUrl: string): BadConfiguration {
  return new BadConfiguration([`DATABASE_URL lets nobody in at ${placeOf(databaseUrl)}: ${wordsOf(error)}`]);
}

/** What to do about a database whose schema is older than this program, or not there: one line. */
export function pendingMigrations({ known, missing, isRunning }: MigrationState, databaseUrl: string): Refusal {
  const lacks =
    missing === known ? 'was never migrated' : `lacks ${missing} of the ${known} migrations of this version`;
  const todo = isRunning
    ? `another process is migrating at this moment: start again when it has ended, and if migrations are still missing then, run ${MIGRATE} first`
    : `run ${MIGRATE}, then start again`;
  return new Refusal(`The database ${placeOf(databaseUrl)} (DATABASE_URL) ${lacks}: ${todo}.`);
}

const MIGRATE = '"make migrate" (node dist/apps/server/src/migrate.js)';

/** Without the user and the password. */
function placeOf(databaseUrl: string): string {
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname}`;
}

/** What to do about an address that cannot be listened to; other faults stay what they are. */
export function noListening(error: unknown, { host, port }: { host: string; port: number }, setting: string): unknown {
  switch ((error as SystemError | undefined)?.code) {
    case 'EADDRINUSE':
      return new BadConfiguration([`${setting} ${port} is taken on ${host}: end who listens there, or set another`]);
    case 'EACCES':
      return new BadConfiguration([`${setting} ${port} is not for this user: set one above 1023`]);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new BadConfiguration([`HOST ${host} is no address of this machine`]);
    default:
      return error;
  }
}

/** A name with two addresses fails with a list of faults and no words of its own. */
function wordsOf(error: unknown): string {
  const { message, errors, code } = error as SystemError;
  const [first] = errors ?? [];
  return message || (first ? wordsOf(first) : (code ?? 'no reason was given'));
}

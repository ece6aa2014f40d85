import { BadConfiguration } from '#platform';

type SystemError = Partial<NodeJS.ErrnoException> & { readonly errors?: readonly unknown[] };

/**
 * What to do about a database that lets nobody in. Names the setting and the place; the words of the driver name users and
 * databases, never a password.
 */
export function noWayIn(error: unknown, databaseUrl: string): BadConfiguration {
  const { host, pathname } = new URL(databaseUrl);
  const place = `${host}${pathname}`;
  return new BadConfiguration([`DATABASE_URL lets nobody in at ${place}: ${wordsOf(error)}`]);
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

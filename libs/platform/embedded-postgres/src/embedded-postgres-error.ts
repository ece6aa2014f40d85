/** The embedded database cannot run. The message states the problem and the remedy; nothing was deleted. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';

  constructor(problem: string, options?: ErrorOptions) {
    super(`Embedded PostgreSQL: ${problem}\nFix this, or set DATABASE_URL to use a server.`, options);
  }
}

const DISK_FULL = /ENOSPC|EDQUOT|No space left on device|Disk quota exceeded/;
const NOT_PERMITTED = /EACCES|EPERM|EROFS|Permission denied|Operation not permitted|Read-only file system/;

/** Turns a system error, or the output of initdb and the server, into a message for the operator. */
export function toEmbeddedPostgresError(cause: unknown, folder: string): EmbeddedPostgresError {
  if (cause instanceof EmbeddedPostgresError) return cause;
  const details = cause instanceof Error ? cause.message.trim() : String(cause);
  const problem = (): string => {
    if ((cause as { killed?: boolean } | undefined)?.killed) return `creating ${folder} took too long.`;
    if (DISK_FULL.test(details)) return `the disk of ${folder} is full.\n${details}`;
    if (NOT_PERMITTED.test(details)) return `this user has no permission to read and write ${folder}.\n${details}`;
    return details;
  };
  return new EmbeddedPostgresError(problem(), { cause });
}

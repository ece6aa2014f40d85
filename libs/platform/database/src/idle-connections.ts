interface Connection {
  readonly connection?: { readonly stream: { destroy(): void } };
}

interface Pool {
  on(event: 'acquire' | 'remove', listener: (client: Connection) => void): unknown;
  on(event: 'release', listener: (error: unknown, client: Connection) => void): unknown;
}

/** The idle connections of a PostgreSQL pool. */
export class IdleConnections {
  readonly #idle = new Set<Connection>();

  constructor(pool: Pool) {
    pool.on('release', (error, client) => void (error || this.#idle.add(client)));
    pool.on('acquire', (client) => void this.#idle.delete(client));
    pool.on('remove', (client) => void this.#idle.delete(client));
  }

  /**
   * Drops the idle connections after one connection timed out. A network failure that broke one has probably broken all of
   * them, and each would cost another caller a timeout.
   */
  destroyAll(): void {
    for (const { connection } of this.#idle) connection?.stream.destroy();
    this.#idle.clear();
  }
}

/** The server ends every statement before this timeout, so no answer at all means that the connection is dead. */
export const isReadTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

interface Connection {
  readonly connection?: { readonly stream: { destroy(): void } };
}

interface Pool {
  on(event: 'acquire' | 'remove', listener: (client: Connection) => void): unknown;
  on(event: 'release', listener: (error: unknown, client: Connection) => void): unknown;
}

/** Connections of a PostgreSQL pool that nobody uses at this moment. */
export class IdleConnections {
  readonly #idle = new Set<Connection>();

  constructor(pool: Pool) {
    pool.on('release', (error, client) => void (error || this.#idle.add(client)));
    pool.on('acquire', (client) => void this.#idle.delete(client));
    pool.on('remove', (client) => void this.#idle.delete(client));
  }

  /**
   * One of them gave no answer. Where the way lost the state of one connection it lost that of all, and each would be found
   * dead by somebody who waits for it.
   */
  destroyAll(): void {
    for (const { connection } of this.#idle) connection?.stream.destroy();
    this.#idle.clear();
  }
}

/** The server was asked to end every statement before this: whoever hears nothing at all speaks to nobody. */
export const isReadTimeout = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Query read timeout';

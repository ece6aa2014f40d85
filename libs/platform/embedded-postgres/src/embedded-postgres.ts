import { randomUUID } from 'node:crypto';
import { findBinaries } from './binaries.js';
import { type Cluster, resolveClusterFiles } from './cluster.js';
import { toEmbeddedPostgresError } from './embedded-postgres-error.js';
import { ensureCluster } from './ensure-cluster.js';
import { ensureDatabase } from './ensure-database.js';
import { withFolderLock } from './folder-lock.js';
import { type IdentityMode, resolveIdentity } from './postgres-identity.js';
import { isAlive, processFingerprint } from './processes.js';
import { startRestartSupervisor } from './restart-supervisor.js';
import { ensureServer, stopServer } from './server.js';
import { registerServerUser, unregisterServerUser } from './server-users.js';

const DATABASE = 'foyer';

/** A handle of one process on the PostgreSQL server of a data folder. */
export interface EmbeddedPostgres {
  readonly port: number;
  readonly pid: number;
  /** False if another running process was already using the server. An orphaned server of a killed process is taken over. */
  readonly owned: boolean;
  readonly mode: IdentityMode;
  /** Contains the password. The database is `foyer` unless a name is given. */
  url(database?: string): string;
  /** Releases the handle. The last process to call this stops the server; until then it keeps running for the others. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL server of `dataDir`, or joins the running one. Creates the folder and the database `foyer` if needed.
 * A killed server is restarted on the same port.
 * @throws EmbeddedPostgresError with a message for the operator
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  timeoutMs?: number;
}): Promise<EmbeddedPostgres> {
  const { dataDir, timeoutMs = 30_000 } = options;
  const deadline = Date.now() + timeoutMs;
  try {
    const binaries = await findBinaries();
    const files = resolveClusterFiles(dataDir);
    return await withFolderLock(files.lock, deadline, async () => {
      const share = new EmbeddedPostgresHandle(
        { files, binaries, identity: await resolveIdentity(files.data) },
        timeoutMs,
      );
      await share.open(deadline);
      return share;
    });
  } catch (error) {
    throw toEmbeddedPostgresError(error, dataDir);
  }
}

class EmbeddedPostgresHandle implements EmbeddedPostgres {
  port = 0;
  pid = 0;
  owned = false;
  readonly mode: IdentityMode;
  readonly #user = `${processFingerprint()}:${randomUUID()}`;
  #password = '';
  #stopSupervisor: (() => void) | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly timeoutMs: number,
  ) {
    this.mode = cluster.identity.mode;
  }

  url(database = DATABASE): string {
    const password = encodeURIComponent(this.#password);
    return `postgres://postgres:${password}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  /** Call under the folder's lock. */
  async open(deadline: number): Promise<void> {
    this.#password = await ensureCluster(this.cluster, deadline);
    const fresh = await this.#ensureServer(deadline);
    try {
      await ensureDatabase((database) => this.url(database), DATABASE);
      this.owned = registerServerUser(this.cluster.files.users, this.#user) === 0;
    } catch (error) {
      if (fresh) await stopServer(this.cluster);
      throw error;
    }
    this.#stopSupervisor = startRestartSupervisor(
      () => isAlive(this.pid),
      () => this.#restart(),
    );
  }

  async stop(): Promise<void> {
    if (!this.#stopSupervisor) return;
    this.#stopSupervisor();
    this.#stopSupervisor = undefined;
    await this.#withLock(async () => {
      if (unregisterServerUser(this.cluster.files.users, this.#user) === 0) await stopServer(this.cluster);
    });
  }

  async #restart(): Promise<void> {
    await this.#withLock(async (deadline) => {
      if (this.#stopSupervisor) await this.#ensureServer(deadline);
    });
  }

  async #ensureServer(deadline: number): Promise<boolean> {
    const { server, fresh } = await ensureServer(this.cluster, deadline);
    this.port = server.port;
    this.pid = server.pid;
    return fresh;
  }

  #withLock(work: (deadline: number) => Promise<void>): Promise<void> {
    const deadline = Date.now() + this.timeoutMs;
    return withFolderLock(this.cluster.files.lock, deadline, () => work(deadline));
  }
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../libs/platform/embedded-postgres/src/embedded-postgres.js';
import { findProgram, startDisposableServer } from './disposable-server.js';
import { freePort, isListening } from './ports.js';
import { temporaryFolder } from './resource-reaper.js';
import { probeService } from './service-probe.js';

/** A server of our own: loopback only, on a spare port, its data in a temporary folder, gone with this process. */
export interface LocalServer {
  readonly url: string;
  readonly port: number;
  /** To be frozen (SIGSTOP) and woken (SIGCONT) by tests about silent peers. */
  readonly pid: number;
  stop(): Promise<void>;
}

/** Says which program is missing. */
export class ProgramNotInstalledError extends Error {}

export const redisProgram = (): string | undefined => findProgram(['redis-server', 'valkey-server']);
export const mariaDbProgram = (): string | undefined =>
  findProgram(['mariadb-install-db', 'mysql_install_db']) && findProgram(['mariadbd', 'mysqld']);

/**
 * The embedded PostgreSQL the product brings along; it does not wait for the disk, as its data is worth nothing.
 * @param o.disk what is mounted under its folder, and ends after it
 */
export async function startPostgres(
  o: { disk?: (dir: string) => { end(): Promise<void> } } = {},
): Promise<LocalServer> {
  const folder = temporaryFolder();
  const disk = o.disk?.(folder.path);
  try {
    const server = await startEmbeddedPostgres({ dataDir: path.join(folder.path, 'data') });
    await withoutDisk(server.url());
    const stop = async (): Promise<void> => {
      await server.stop();
      await disk?.end();
      await folder.end();
    };
    return { url: server.url(), port: server.port, pid: server.pid, stop };
  } catch (error) {
    await disk?.end();
    await folder.end();
    throw error;
  }
}

async function withoutDisk(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('alter system set fsync = off');
  await client.query('alter system set full_page_writes = off');
  await client.query('select pg_reload_conf()');
  await client.end();
}

export interface RedisOptions {
  /** To bring one back where it was. */
  readonly port?: number;
  /** As in redis.conf, e.g. `{ maxmemory: '1mb' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** An empty redis-server or valkey-server that keeps nothing. */
export async function startRedis(o: RedisOptions = {}): Promise<LocalServer> {
  const program = redisProgram();
  if (!program) throw new ProgramNotInstalledError('redis-server is not installed');
  const port = o.port ?? (await freePort());
  const folder = temporaryFolder();
  const usual = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: folder.path };
  const settings = { ...usual, ...o.settings };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const server = await startDisposableServer({ command: [program, ...flags], folder, ready: () => isListening(port) });
  return { ...server, url: `redis://127.0.0.1:${port}`, port };
}

/** An empty MariaDB; the user in its URL may do everything. */
export async function startMariaDb(): Promise<LocalServer> {
  const install = findProgram(['mariadb-install-db', 'mysql_install_db']);
  const program = findProgram(['mariadbd', 'mysqld']);
  if (!install || !program) throw new ProgramNotInstalledError('mariadbd is not installed');
  const port = await freePort();
  const folder = temporaryFolder();
  const dir = folder.path;
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];
  const common = ['--no-defaults', `--datadir=${path.join(dir, 'data')}`, ...asRoot];
  await promisify(execFile)(install, [...common, '--skip-test-db', '--auth-root-authentication-method=socket']);
  const password = randomBytes(18).toString('base64url');
  // one statement per line, or it is not understood
  const user = `CREATE USER tests IDENTIFIED BY '${password}';\nGRANT ALL ON *.* TO tests WITH GRANT OPTION;\n`;
  writeFileSync(path.join(dir, 'init.sql'), user, { mode: 0o600 });
  const here = ['--bind-address=127.0.0.1', `--port=${port}`, `--socket=${dir}/socket`, `--init-file=${dir}/init.sql`];
  const small = ['--innodb-buffer-pool-size=32M', '--innodb-flush-log-at-trx-commit=2', '--skip-name-resolve'];
  const command = [program, ...common, ...here, ...small] as const;
  const url = `mysql://tests:${password}@127.0.0.1:${port}`;
  const ready = async (): Promise<boolean> => (await isListening(port)) && !(await probeService('mariadb', url));
  return { ...(await startDisposableServer({ command, folder, ready })), url, port };
}

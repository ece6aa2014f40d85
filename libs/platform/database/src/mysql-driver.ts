import { createRequire } from 'node:module';
import type { Pool, PoolConnection } from 'mysql2';

/** How long callers of the pool wait, in ms. Migrations wait without a limit. */
export interface MysqlTimeouts {
  readonly connectMs: number;
  readonly queryMs: number;
}

type GetConnectionCallback = (error: Error | null, connection?: PoolConnection) => unknown;
type DriverCallback = (...answer: unknown[]) => unknown;

const SESSION = "set session sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'";
/** MySQL and MariaDB name the isolation level differently; each reads only its own comment. */
const READ_COMMITTED =
  "/*M!100100 , tx_isolation = 'READ-COMMITTED' */ /*!80000 , transaction_isolation = 'READ-COMMITTED' */";
/** Row and metadata lock timeouts are in whole seconds. The statement timeout ends shortly before the caller's timeout. */
const SERVER_TIMEOUTS = `, innodb_lock_wait_timeout = 2, lock_wait_timeout = 2
  /*M!100100 , max_statement_time = 2.5 */ /*M!100300 , idle_transaction_timeout = 10 */ /*!80000 , max_execution_time = 2500 */`;

const timeoutError = (what: string): Error => Object.assign(new Error(`${what} in time`), { code: 'ETIMEDOUT' });

/**
 * mysql2 for TypeORM, with features that its pool lacks: session settings, and timeouts for connecting and for each answer.
 * mysql2's own timeout leaves an unresponsive connection in the pool.
 */
export function createMysqlDriver(waits: MysqlTimeouts | undefined): object {
  const mysql = createRequire(import.meta.url)('mysql2') as typeof import('mysql2');
  return {
    ...mysql,
    createPool: (options: import('mysql2').PoolOptions) => preparePool(mysql.createPool(options), waits),
  };
}

/** Every new connection gets its session settings before the pool hands it out. */
export function preparePool(pool: Pool, waits: MysqlTimeouts | undefined): Pool {
  const settings = `${SESSION} ${READ_COMMITTED} ${waits ? SERVER_TIMEOUTS : ''}`;
  const idle = new Set<PoolConnection>();
  pool.on('acquire', (connection) => void idle.delete(connection));
  pool.on('release', (connection) => void idle.add(connection));
  const destroyIdleConnections = (connection: PoolConnection): void => {
    // When one connection times out, the idle ones are probably dead too: drop them, or each would cost another caller
    // a timeout.
    for (const dead of [connection, ...idle]) destroyConnection(dead);
    idle.clear();
  };
  pool.on('connection', (connection) => {
    connection.once('end', () => idle.delete(connection)).once('error', () => idle.delete(connection));
    if (waits) limitQueryTime(connection, waits.queryMs, destroyIdleConnections);
    connection.query(settings, (error) => void (error && destroyConnection(connection)));
  });
  if (waits) limitAcquireTime(pool, waits.connectMs);
  return pool;
}

/**
 * Closes the connection at once and fails its queued commands: `destroy()` alone leaves the socket open while the server does
 * not answer.
 */
function destroyConnection(connection: PoolConnection): void {
  connection.destroy();
  (connection as unknown as { readonly stream?: { destroy(): void } }).stream?.destroy();
}

function limitQueryTime(connection: PoolConnection, ms: number, lose: (connection: PoolConnection) => void): void {
  const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
  const bounded = (...args: unknown[]): unknown => {
    const answer = args.pop() as DriverCallback;
    return query(
      ...args,
      callOnceBefore(ms, answer, () => {
        lose(connection);
        answer(timeoutError('no answer'));
      }),
    );
  };
  Object.assign(connection, { query: bounded });
}

function limitAcquireTime(pool: Pool, ms: number): void {
  const getConnection = pool.getConnection.bind(pool) as (take: GetConnectionCallback) => void;
  const bounded = (take: GetConnectionCallback): void => {
    const late = (_: unknown, connection?: PoolConnection) => connection?.release();
    getConnection(
      callOnceBefore(ms, take as DriverCallback, () => take(timeoutError('no connection')), late as DriverCallback),
    );
  };
  Object.assign(pool, { getConnection: bounded });
}

/** Calls one of the two callbacks, once. A result after the timeout goes to `late`. */
function callOnceBefore(
  ms: number,
  answer: DriverCallback,
  onTimeout: () => void,
  onLateAnswer: DriverCallback = () => undefined,
): DriverCallback {
  let waiting = true;
  const timer = setTimeout(() => {
    waiting = false;
    onTimeout();
  }, ms);
  return (...given) => {
    clearTimeout(timer);
    return waiting ? answer(...given) : onLateAnswer(...given);
  };
}

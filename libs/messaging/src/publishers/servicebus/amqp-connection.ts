import type { Connection, ConnectionOptions } from 'rhea';
import { withTimeout } from '#platform/async';

const CONNECT_TIMEOUT_MS = 5_000;
/** A side that receives nothing for this time closes the connection. */
const IDLE_TIMEOUT_MS = 10_000;

/** The queue or topic in the path of `SERVICEBUS_URL`. */
export const addressOf = (url: URL): string => decodeURIComponent(url.pathname.slice(1));

/**
 * Opens an AMQP 1.0 connection that does not reconnect. The login is SASL PLAIN: on Azure, the name of a shared access
 * policy and its key.
 */
export async function openAmqpConnection(url: URL, purpose: string): Promise<Connection> {
  const { default: rhea } = await import('rhea');
  const container = rhea.create_container({ id: `foyer ${purpose} ${rhea.generate_uuid()}` });
  // An `error` event without a listener would end the process.
  container.on('error', () => {});
  container.on('connection_error', () => {});
  const isTls = url.protocol === 'amqps:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (isTls ? 5671 : 5672));
  const login = url.username
    ? { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }
    : {};
  const transport = isTls
    ? { transport: 'tls' as const, host, port, servername: host }
    : { transport: 'tcp' as const, host, port };
  const options: ConnectionOptions = { ...transport, ...login, reconnect: false, idle_time_out: IDLE_TIMEOUT_MS };
  const connection = container.connect(options);
  try {
    await withTimeout(CONNECT_TIMEOUT_MS, waitUntilOpen(connection));
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

const waitUntilOpen = (connection: Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.once('connection_open', () => resolve());
    connection.once('connection_error', () => reject(toAmqpError(connection.error, 'refused')));
    connection.once('disconnected', ({ error }) => reject(toAmqpError(error, 'the connection was cut')));
  });

/** Keeps the condition of an AMQP fault. Omits its description, which may contain data that must not be logged. */
export function toAmqpError(fault: unknown, fallback: string): Error {
  if (fault instanceof Error) return new Error((fault as NodeJS.ErrnoException).code ?? fault.message);
  const { condition } = (fault ?? {}) as { condition?: string };
  return new Error(condition ?? fallback);
}

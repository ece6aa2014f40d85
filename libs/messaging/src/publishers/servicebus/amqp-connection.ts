import type { Connection, ConnectionOptions } from 'rhea';
import { withTimeout } from '#platform/async';

const CONNECT_TIMEOUT_MS = 5_000;
/** Either side sends something at least so often, or the other one leaves. */
const IDLE_TIMEOUT_MS = 10_000;

/** The queue or topic in the path of `SERVICEBUS_URL`. */
export const addressOf = (url: URL): string => decodeURIComponent(url.pathname.slice(1));

/**
 * Opens an AMQP 1.0 connection that does not come back by itself. The login is SASL PLAIN: at Azure the name of a shared
 * access policy, and its key.
 */
export async function openAmqpConnection(url: URL, purpose: string): Promise<Connection> {
  const { default: rhea } = await import('rhea');
  const container = rhea.create_container({ id: `foyer ${purpose} ${rhea.generate_uuid()}` });
  // What nobody else listens to is told here, or it would end the process.
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

/** AMQP's faults are no errors, but conditions with a description, which may name more than a log should. */
export function toAmqpError(fault: unknown, otherwise: string): Error {
  if (fault instanceof Error) return new Error((fault as NodeJS.ErrnoException).code ?? fault.message);
  const { condition } = (fault ?? {}) as { condition?: string };
  return new Error(condition ?? otherwise);
}

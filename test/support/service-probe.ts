import amqp from 'amqplib';
import { Redis } from 'ioredis';
import mysql from 'mysql2/promise';
import pg from 'pg';

export const SERVICE_KINDS = ['postgres', 'mariadb', 'redis', 'rabbitmq'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];

const TIMEOUT_MS = 3_000;

const logins: Record<ServiceKind, (url: string) => Promise<void>> = {
  async postgres(url) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
    await client.connect();
    await client.end();
  },
  async mariadb(url) {
    const connection = await mysql.createConnection({ uri: url, connectTimeout: TIMEOUT_MS });
    await connection.end();
  },
  async redis(url) {
    const options = {
      lazyConnect: true,
      connectTimeout: TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    };
    const client = new Redis(url, options);
    client.on('error', () => {});
    await client.connect();
    await client.ping();
    client.disconnect();
  },
  async rabbitmq(url) {
    const connection = await amqp.connect(url, { timeout: TIMEOUT_MS });
    await connection.close();
  },
};

/** Logs in and out again: undefined if that went well, else why not, in one line. */
export async function probeService(kind: ServiceKind, url: string): Promise<string | undefined> {
  try {
    await logins[kind](url);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return (message || code || 'no answer').split('\n')[0];
  }
}

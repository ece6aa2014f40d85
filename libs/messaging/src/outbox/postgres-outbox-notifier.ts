import { randomInt } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Client } from 'pg';
import { withTimeout } from '#platform/async';
import { Database } from '#platform/database';
import { Log } from '#platform/observability';
import { OutboxSignal } from './outbox-signal.js';

const CHANNEL = 'foyer_outbox';
/** Commits within this time share one NOTIFY. */
const NOTIFY_DEBOUNCE_MS = 10;
const CONNECT_TIMEOUT_MS = 2_000;
const HEARTBEAT_INTERVAL_MS = 30_000;
const QUERY_TIMEOUT_MS = 3_000;
const MAX_RECONNECT_DELAY_MS = 10_000;

/**
 * On PostgreSQL, processes notify each other of commits with NOTIFY. This is only a hint: relays also poll once a second, so
 * a lost notification only delays events. The listener has its own connection and checks it with a heartbeat.
 *
 * NOTIFY is sent after the commit: inside the transaction it would serialize all commits.
 */
@Injectable()
export class PostgresOutboxNotifier implements OnApplicationShutdown {
  #client: Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #listening = false;
  #isNotifyIdle = true;

  constructor(
    private readonly database: Database,
    private readonly signal: OutboxSignal,
    private readonly log: Log,
  ) {}

  /** For a process without relays: notifies the processes that run relays. */
  startNotifying(): void {
    if (this.database.dialect === 'postgres') this.signal.subscribe(() => this.#scheduleNotify());
  }

  /** For a process with relays. Resolves when it listens, or when a retry is scheduled. */
  async startListening(): Promise<void> {
    if (this.database.dialect !== 'postgres') return;
    this.#listening = true;
    await this.#connect();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#listening = false;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }

  #scheduleNotify(): void {
    if (!this.#isNotifyIdle) return;
    this.#isNotifyIdle = false;
    setTimeout(() => {
      this.#isNotifyIdle = true;
      this.database.query(`select pg_notify('${CHANNEL}', '')`).catch(() => undefined);
    }, NOTIFY_DEBOUNCE_MS).unref();
  }

  async #connect(): Promise<void> {
    try {
      const pg = await import('pg');
      const { url } = this.database.source.options as { url?: string };
      const client = new pg.default.Client({
        connectionString: url,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        query_timeout: QUERY_TIMEOUT_MS,
        keepAlive: true,
        application_name: 'foyer listener',
      });
      // Events of an old connection are ignored.
      const onConnectionLost = (reason: string) => this.#client === client && this.#reconnectLater(reason);
      client.on('error', (error) => onConnectionLost(error.message));
      client.on('end', () => onConnectionLost('the connection was closed'));
      client.on('notification', () => this.signal.notify());
      this.#client = client;
      await withTimeout(CONNECT_TIMEOUT_MS, client.connect());
      await client.query(`listen ${CHANNEL}`);
      this.#failures = 0;
      this.#schedule(HEARTBEAT_INTERVAL_MS, () => this.#sendHeartbeat(client));
      this.signal.notify();
    } catch (error) {
      this.#reconnectLater(error instanceof Error ? error.message : String(error));
    }
  }

  async #sendHeartbeat(client: Client): Promise<void> {
    try {
      await withTimeout(QUERY_TIMEOUT_MS, client.query('select 1'));
      this.#schedule(HEARTBEAT_INTERVAL_MS, () => this.#sendHeartbeat(client));
    } catch (error) {
      if (this.#client === client) this.#reconnectLater(String(error));
    }
  }

  #reconnectLater(reason: string): void {
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => undefined);
    if (!this.#listening) return;
    const delayMs = randomInt(1, Math.min(MAX_RECONNECT_DELAY_MS, 250 * 2 ** Math.min(this.#failures++, 6)));
    this.log.warn(
      { reason, pause: delayMs },
      'cannot listen for outbox notifications: polling the outbox once a second until reconnected',
    );
    this.#schedule(delayMs, () => this.#connect());
  }

  #schedule(milliseconds: number, work: () => Promise<void>): void {
    clearTimeout(this.#timer);
    if (!this.#listening) return;
    this.#timer = setTimeout(() => void work(), milliseconds);
    this.#timer.unref();
  }
}

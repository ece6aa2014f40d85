import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RedisConnection } from '#platform/redis';
import { RevocationHints } from './revocation-hints.js';

const CHANNEL = 'foyer:revocations';

/** Publishes hints with Redis pub/sub, over a separate connection. */
@Injectable()
export class RedisRevocationHints extends RevocationHints implements OnApplicationShutdown {
  readonly #subscriber: ReturnType<RedisConnection['client']['duplicate']>;

  constructor(private readonly redis: RedisConnection) {
    super();
    this.#subscriber = redis.client.duplicate();
    this.#subscriber.on('error', () => undefined); // RedisConnection logs the outage
    this.#subscriber.on('ready', () => void this.#subscriber.subscribe(CHANNEL).catch(() => undefined));
  }

  override publishHint(): void {
    void this.redis.command((client) => client.publish(CHANNEL, '')).catch(() => undefined);
  }

  override onHint(listener: () => void): void {
    this.#subscriber.on('message', listener);
  }

  onApplicationShutdown(): void {
    this.#subscriber.disconnect();
  }
}

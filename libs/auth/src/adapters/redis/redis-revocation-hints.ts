import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RedisConnection } from '#platform';
import { RevocationHints } from './revocation-hints.js';

const CHANNEL = 'foyer:revocations';

/** By pub/sub, over a connection of its own. */
@Injectable()
export class RedisRevocationHints extends RevocationHints implements OnApplicationShutdown {
  readonly #listening: ReturnType<RedisConnection['client']['duplicate']>;

  constructor(private readonly redis: RedisConnection) {
    super();
    this.#listening = redis.client.duplicate();
    this.#listening.on('error', () => undefined); // the other connection tells it
    this.#listening.on('ready', () => void this.#listening.subscribe(CHANNEL).catch(() => undefined));
  }

  override give(): void {
    void this.redis.command((client) => client.publish(CHANNEL, '')).catch(() => undefined);
  }

  override onHint(listener: () => void): void {
    this.#listening.on('message', listener);
  }

  onApplicationShutdown(): void {
    this.#listening.disconnect();
  }
}

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '#kernel';
import { Health, Log, Metrics } from '#platform';
import { OutboxSignal } from '../outbox/outbox-signal.js';
import { EventPublishers } from '../publishers/event-publisher.js';
import { Deliveries } from './deliveries.js';
import { Relay } from './relay.js';

/** One relay per publisher, so that one that is away holds up no other. Runs where background work runs. */
@Injectable()
export class Relays implements OnApplicationShutdown {
  readonly #relays: readonly Relay[];

  constructor(
    private readonly publishers: EventPublishers,
    deliveries: Deliveries,
    signal: OutboxSignal,
    clock: Clock,
    log: Log,
    metrics: Metrics,
    health: Health,
  ) {
    const published = metrics.counter('events_published_total', 'Events taken by a publisher', ['publisher']);
    const failed = metrics.counter('event_publish_errors_total', 'Failed publishes', ['publisher']);
    const observer = {
      published: (publisher: string, count: number) => published.inc({ publisher }, count),
      failed: (publisher: string) => failed.inc({ publisher }),
    };
    this.#relays = publishers.all.map((publisher) => new Relay(publisher, deliveries, clock, log, observer));
    for (const relay of this.#relays) signal.listen(() => relay.wake());
    for (const publisher of publishers.all) {
      if (publisher.name !== 'memory')
        health.add({ name: publisher.name, vital: false, check: () => publisher.check() });
    }
    metrics.gauge('outbox_depth', 'Events that wait for a publisher', async () => (await deliveries.backlog()).depth);
    metrics.gauge(
      'outbox_oldest_age_seconds',
      'Age of the oldest of them',
      async () => (await deliveries.backlog()).oldestSeconds,
    );
  }

  start(): void {
    for (const relay of this.#relays) relay.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#relays.map((relay) => relay.stop()));
    await Promise.all(this.publishers.all.map((publisher) => publisher.close()));
  }
}

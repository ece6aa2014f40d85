import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Health } from '#platform/health';
import { Log, Metrics } from '#platform/observability';
import { OutboxSignal } from '../outbox/outbox-signal.js';
import { PostgresHints } from '../outbox/postgres-hints.js';
import { ANALYTICS } from '../publishers/analytics/analytics-event-publisher.js';
import { EventPublishers } from '../publishers/event-publisher.js';
import { Backlog } from './backlog.js';
import { Deliveries } from './deliveries.js';
import { Relay } from './relay.js';
import { observeBacklog, observeRelays } from './relay-metrics.js';
import { Watch } from './watch.js';

const NOBODY_WAITS_FOR: readonly string[] = ['memory', ANALYTICS];

/** One relay per publisher, so that one that is away holds up no other. Runs where background work runs. */
@Injectable()
export class Relays implements OnApplicationShutdown {
  readonly #relays: readonly Relay[];
  readonly #watch: Watch;

  constructor(
    private readonly publishers: EventPublishers,
    deliveries: Deliveries,
    backlog: Backlog,
    signal: OutboxSignal,
    private readonly hints: PostgresHints,
    log: Log,
    metrics: Metrics,
    health: Health,
  ) {
    const names = publishers.all.map(({ name }) => name);
    const observer = observeRelays(metrics);
    observeBacklog(metrics, backlog, names);
    const relays = publishers.all.map((publisher) => new Relay(publisher, deliveries, log, observer));
    this.#relays = relays;
    this.#watch = new Watch(deliveries, new Map(relays.map((relay, n) => [names[n] ?? '', () => relay.wake()])), log);
    for (const relay of relays) signal.listen(() => relay.wake());
    for (const publisher of publishers.all) {
      if (!NOBODY_WAITS_FOR.includes(publisher.name))
        health.add({ name: publisher.name, vital: false, check: () => publisher.check() });
    }
  }

  start(): void {
    for (const relay of this.#relays) relay.start();
    this.#watch.start();
    void this.hints.listen();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#watch.stop();
    await Promise.all(this.#relays.map((relay) => relay.stop()));
    await Promise.all(this.publishers.all.map((publisher) => publisher.close()));
  }
}

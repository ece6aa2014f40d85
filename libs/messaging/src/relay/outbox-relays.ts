import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HealthCheckService } from '#platform/health';
import { Log, Metrics } from '#platform/observability';
import { OutboxSignal } from '../outbox/outbox-signal.js';
import { PostgresOutboxNotifier } from '../outbox/postgres-outbox-notifier.js';
import { ANALYTICS_PUBLISHER } from '../publishers/analytics/analytics-event-publisher.js';
import { EventPublishers } from '../publishers/event-publisher.js';
import { OutboxBacklog } from './outbox-backlog.js';
import { OutboxDeliveries } from './outbox-deliveries.js';
import { OutboxPoller } from './outbox-poller.js';
import { OutboxRelay } from './outbox-relay.js';
import { createRelayMetrics, registerBacklogGauges } from './relay-metrics.js';

const PUBLISHERS_WITHOUT_HEALTH_CHECK: readonly string[] = ['memory', ANALYTICS_PUBLISHER];

/** One relay per publisher, so that an unavailable publisher does not delay the others. Runs where background work runs. */
@Injectable()
export class OutboxRelays implements OnApplicationShutdown {
  readonly #relays: readonly OutboxRelay[];
  readonly #poller: OutboxPoller;

  constructor(
    private readonly publishers: EventPublishers,
    deliveries: OutboxDeliveries,
    backlog: OutboxBacklog,
    signal: OutboxSignal,
    private readonly notifier: PostgresOutboxNotifier,
    log: Log,
    metrics: Metrics,
    health: HealthCheckService,
  ) {
    const names = publishers.all.map(({ name }) => name);
    const observer = createRelayMetrics(metrics);
    registerBacklogGauges(metrics, backlog, names);
    const relays = publishers.all.map((publisher) => new OutboxRelay(publisher, deliveries, log, observer));
    this.#relays = relays;
    this.#poller = new OutboxPoller(
      deliveries,
      new Map(relays.map((relay, index) => [names[index] ?? '', () => relay.wake()])),
      log,
    );
    for (const relay of relays) signal.subscribe(() => relay.wake());
    for (const publisher of publishers.all) {
      if (!PUBLISHERS_WITHOUT_HEALTH_CHECK.includes(publisher.name))
        health.registerIndicator({ name: publisher.name, vital: false, check: () => publisher.check() });
    }
  }

  start(): void {
    for (const relay of this.#relays) relay.start();
    this.#poller.start();
    void this.notifier.startListening();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#poller.stop();
    await Promise.all(this.#relays.map((relay) => relay.stop()));
    await Promise.all(this.publishers.all.map((publisher) => publisher.close()));
  }
}

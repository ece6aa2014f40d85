import type { Metrics } from '#platform/observability';
import type { OutboxBacklog, PublisherBacklog } from './outbox-backlog.js';
import type { RelayObserver } from './outbox-relay.js';

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** One query serves all gauges of a scrape. */
const BACKLOG_CACHE_MS = 500;

export function createRelayMetrics(metrics: Metrics): RelayObserver {
  const label = ['publisher'] as const;
  const published = metrics.counter('events_published_total', 'Events taken by a publisher', label);
  const failed = metrics.counter('event_publish_errors_total', 'Failed publishes', label);
  const parked = metrics.counter('events_parked_total', 'Events refused for good', label);
  const durations = metrics.histogram(
    'event_publish_seconds',
    'Seconds until a publisher has taken an event',
    DURATION_BUCKETS_SECONDS,
    label,
  );
  return {
    published(publisher, seconds) {
      published.inc({ publisher });
      durations.observe({ publisher }, seconds);
    },
    failed: (publisher) => failed.inc({ publisher }),
    parked: (publisher) => parked.inc({ publisher }),
  };
}

/** Covers the configured publishers, and any other publisher with pending deliveries. */
export function registerBacklogGauges(metrics: Metrics, backlog: OutboxBacklog, publishers: readonly string[]): void {
  let readAt = Number.NEGATIVE_INFINITY;
  let lastRead: Promise<readonly PublisherBacklog[]> = Promise.resolve([]);
  const read = (): Promise<readonly PublisherBacklog[]> => {
    if (performance.now() - readAt > BACKLOG_CACHE_MS)
      [readAt, lastRead] = [performance.now(), backlog.readByPublisher()];
    return lastRead;
  };
  const gauge = (name: string, help: string, readValue: (backlog: PublisherBacklog) => number) =>
    metrics.labelledGauge(name, help, 'publisher', async () => {
      const values = new Map((await read()).map((entry) => [entry.publisher, readValue(entry)]));
      for (const publisher of publishers) if (!values.has(publisher)) values.set(publisher, 0);
      return values;
    });
  gauge('outbox_depth', 'Events that wait for a publisher', ({ depth }) => depth);
  gauge('outbox_oldest_age_seconds', 'Age of the oldest of them', ({ oldestSeconds }) => oldestSeconds);
  gauge('outbox_parked', 'Events among them that were refused for good', ({ parked }) => parked);
}

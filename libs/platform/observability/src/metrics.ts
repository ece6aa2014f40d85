import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const LATENCY_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Prometheus metrics. Labels contain route patterns and fixed names, never caller input. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = this.counter('request_count_total', 'HTTP requests answered', ['method', 'route', 'status']);
  readonly #latency = new Histogram({
    name: 'request_latency_seconds',
    help: 'Seconds from the request line to the end of the answer',
    labelNames: ['method', 'route'],
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [this.registry],
  });

  /** Cached by labels: the look-up costs more than the increment. */
  readonly #observed = new Map<
    string,
    { readonly count: Counter.Internal; readonly latency: Histogram.Internal<string> }
  >();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  observeRequest(method: string, route: string, status: number, seconds: number): void {
    const key = `${method} ${route} ${status}`;
    let observed = this.#observed.get(key);
    if (!observed) {
      const labels = { method, route };
      observed = { count: this.#requests.labels({ ...labels, status }), latency: this.#latency.labels(labels) };
      this.#observed.set(key, observed);
    }
    observed.count.inc();
    observed.latency.observe(seconds);
  }

  counter<L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A gauge that is read at scrape time; NaN when the read fails. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        try {
          this.set(await read());
        } catch {
          this.set(Number.NaN);
        }
      },
    });
  }

  /** A gauge with one value for each label; no values when the read fails. */
  labelledGauge(name: string, help: string, label: string, read: () => Promise<ReadonlyMap<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        this.reset();
        const values = await read().catch(() => new Map<string, number>());
        for (const [of, value] of values) this.set({ [label]: of }, value);
      },
    });
  }

  histogram<L extends string>(
    name: string,
    help: string,
    buckets: readonly number[],
    labelNames: readonly L[] = [],
  ): Histogram<L> {
    return new Histogram({
      name,
      help,
      buckets: [...buckets],
      labelNames: [...labelNames],
      registers: [this.registry],
    });
  }
}

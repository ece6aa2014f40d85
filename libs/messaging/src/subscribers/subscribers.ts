import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EventSubscriber } from '#kernel';
import { Log, Metrics } from '#platform/observability';
import { TypeOrmInbox } from '../inbox/typeorm-inbox.js';
import { EventSources } from '../sources/event-source.js';
import { Handling, type Outcome } from './handling.js';
import { Lanes } from './lanes.js';

/** Brings the subscribers of the house to the sources of its events. Runs where background work runs. */
@Injectable()
export class Subscribers implements OnApplicationShutdown {
  readonly #subscribers: EventSubscriber[] = [];
  readonly #lanes = new Lanes();
  readonly #observe: (consumer: string, outcome: Outcome) => void;

  constructor(
    private readonly sources: EventSources,
    private readonly inbox: TypeOrmInbox,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    const received = metrics.counter('events_received_total', 'Events that came in, by what came of them', [
      'consumer',
      'outcome',
    ]);
    this.#observe = (consumer, outcome) => received.inc({ consumer, outcome });
  }

  add(subscriber: EventSubscriber): void {
    this.#subscribers.push(subscriber);
  }

  start(): void {
    for (const source of this.sources.all) {
      for (const subscriber of this.#subscribers) {
        const { name, arrival, types, ordered } = subscriber;
        const handling = new Handling(subscriber, this.inbox, this.#lanes, this.log, this.#observe);
        const handle = handling.judge.bind(handling);
        source.subscribe({ queue: queueOf(name), arrival, types, ordered, handle });
      }
    }
    this.metrics.gauge('event_dead_letters', 'Events that nobody could handle', async () => {
      const counts = await Promise.all(this.sources.all.map((source) => source.deadLetters()));
      return counts.reduce((sum, count) => sum + count, 0);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#lanes.close();
    await Promise.all(this.sources.all.map((source) => source.close()));
  }
}

export const queueOf = (subscriber: string): string => `foyer.${subscriber}`;

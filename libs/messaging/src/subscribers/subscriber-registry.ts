import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EventSubscriber } from '#kernel';
import { Log, Metrics } from '#platform/observability';
import { TypeOrmInbox } from '../inbox/typeorm-inbox.js';
import { EventSources } from '../sources/event-source.js';
import { KeyedSerialExecutor } from './keyed-serial-executor.js';
import { type HandlingOutcome, MessageHandler } from './message-handler.js';

/** Subscribes the registered subscribers to all event sources. Runs where background work runs. */
@Injectable()
export class SubscriberRegistry implements OnApplicationShutdown {
  readonly #subscribers: EventSubscriber[] = [];
  readonly #executor = new KeyedSerialExecutor();
  readonly #recordOutcome: (consumer: string, outcome: HandlingOutcome) => void;

  constructor(
    private readonly sources: EventSources,
    private readonly inbox: TypeOrmInbox,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    const received = metrics.counter('events_received_total', 'Received events by outcome', ['consumer', 'outcome']);
    this.#recordOutcome = (consumer, outcome) => received.inc({ consumer, outcome });
  }

  register(subscriber: EventSubscriber): void {
    this.#subscribers.push(subscriber);
  }

  start(): void {
    for (const source of this.sources.all) {
      for (const subscriber of this.#subscribers) {
        const { name, arrival, types, ordered } = subscriber;
        const handler = new MessageHandler(subscriber, this.inbox, this.#executor, this.log, this.#recordOutcome);
        const handle = handler.handle.bind(handler);
        source.subscribe({ queue: subscriberQueueName(name), arrival, types, ordered, handle });
      }
    }
    this.metrics.gauge('event_dead_letters', 'Dead letters of all event sources', async () => {
      const counts = await Promise.all(this.sources.all.map((source) => source.countDeadLetters()));
      return counts.reduce((sum, count) => sum + count, 0);
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.#executor.close();
    await Promise.all(this.sources.all.map((source) => source.close()));
  }
}

export const subscriberQueueName = (subscriber: string): string => `foyer.${subscriber}`;

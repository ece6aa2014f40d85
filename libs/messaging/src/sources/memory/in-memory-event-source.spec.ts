import { InMemoryEventPublisher } from '../../publishers/memory/in-memory-event-publisher.js';
import { eventSourceContract } from '../event-source.contract.js';
import { InMemoryEventSource } from './in-memory-event-source.js';

eventSourceContract('InMemoryEventSource', async () => {
  const publisher = new InMemoryEventPublisher();
  const sources: InMemoryEventSource[] = [];
  return {
    durable: false,
    open() {
      const source = new InMemoryEventSource(publisher);
      sources.push(source);
      return source;
    },
    async send(arrival, message) {
      const event = { ...message, subject: message.id, aggregateType: 'test', sequence: 1 };
      if (arrival === 'events') await publisher.publish(event);
      else await Promise.all(sources.map((source) => source.deliver(arrival, event)));
    },
    drop: () => publisher.close(),
  };
});

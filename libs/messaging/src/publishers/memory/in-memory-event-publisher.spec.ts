import { describe, expect, it } from 'vitest';
import { buildEnvelope, eventPublisherContract } from '../event-publisher.contract.js';
import type { EventEnvelope } from '../event-publisher.js';
import { InMemoryEventPublisher } from './in-memory-event-publisher.js';

eventPublisherContract('InMemoryEventPublisher', async () => {
  const publisher = new InMemoryEventPublisher();
  const received: EventEnvelope[] = [];
  publisher.subscribe(async (event) => void received.push(event));
  return { publisher, received: () => received, drop: () => publisher.close() };
});

describe('InMemoryEventPublisher', () => {
  it('publishes an event without listeners', async () => {
    await new InMemoryEventPublisher().publish(buildEnvelope());
  });

  it('rejects when a listener rejects, so the event is published again', async () => {
    const publisher = new InMemoryEventPublisher();
    publisher.subscribe(() => Promise.reject(new Error('not now')));
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow('not now');
  });

  it('delivers nothing to an unsubscribed listener or after close', async () => {
    const publisher = new InMemoryEventPublisher();
    const receivedBy: string[] = [];
    const stop = publisher.subscribe(async () => void receivedBy.push('first'));
    publisher.subscribe(async () => void receivedBy.push('second'));
    await publisher.publish(buildEnvelope());
    stop();
    await publisher.publish(buildEnvelope());
    await publisher.close();
    await publisher.publish(buildEnvelope());
    expect(receivedBy).toEqual(['first', 'second', 'second']);
  });
});

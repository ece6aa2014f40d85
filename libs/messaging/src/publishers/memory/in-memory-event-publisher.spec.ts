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

describe('a listener', () => {
  it('given none, then the event is published all the same', async () => {
    await new InMemoryEventPublisher().publish(buildEnvelope());
  });

  it('given one that rejects, then the event is not published: it comes again', async () => {
    const publisher = new InMemoryEventPublisher();
    publisher.subscribe(() => Promise.reject(new Error('not now')));
    await expect(publisher.publish(buildEnvelope())).rejects.toThrow('not now');
  });

  it('given one that has stopped, or a publisher that is closed, then it hears nothing more', async () => {
    const publisher = new InMemoryEventPublisher();
    const heard: string[] = [];
    const stop = publisher.subscribe(async () => void heard.push('first'));
    publisher.subscribe(async () => void heard.push('second'));
    await publisher.publish(buildEnvelope());
    stop();
    await publisher.publish(buildEnvelope());
    await publisher.close();
    await publisher.publish(buildEnvelope());
    expect(heard).toEqual(['first', 'second', 'second']);
  });
});

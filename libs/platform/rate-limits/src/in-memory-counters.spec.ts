import { FixedClock } from '#kernel/testing';
import { countersContract } from './counters.contract.js';
import { InMemoryCounters } from './in-memory-counters.js';

countersContract('InMemoryCounters', async () => {
  const clock = new FixedClock();
  const counters = new InMemoryCounters(clock);
  return {
    connections: [counters, counters],
    pass: (milliseconds) => clock.pause(milliseconds),
    drop: async () => undefined,
  };
});

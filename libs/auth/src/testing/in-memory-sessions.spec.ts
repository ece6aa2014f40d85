import { sessionsContract } from '../adapters/sessions.contract.js';
import { FixedClock } from './fixed-clock.js';
import { InMemorySessions } from './in-memory-sessions.js';
import { InMemorySubjects } from './in-memory-subjects.js';

sessionsContract('InMemorySessions', async () => {
  const [clock, subjects] = [new FixedClock(), new InMemorySubjects()];
  const sessions = new InMemorySessions(subjects, clock);
  return { sessions, subjects, pass: (ms) => clock.pause(ms), drop: async () => undefined };
});

import { FixedClock, RecordingAuditTrail } from '#kernel/testing';
import { sessionsContract } from '../adapters/sessions.contract.js';
import { InMemorySessions } from './in-memory-sessions.js';
import { InMemorySubjects } from './in-memory-subjects.js';

sessionsContract('InMemorySessions', async () => {
  const [clock, subjects] = [new FixedClock(), new InMemorySubjects()];
  const audit = new RecordingAuditTrail();
  const sessions = new InMemorySessions(subjects, clock, audit);
  const lines = async (about: string) => audit.entries.filter(({ target }) => target === about).length;
  const now = () => clock.now();
  return { sessions, subjects, now, pass: (ms) => clock.pause(ms), lines, drop: async () => undefined };
});

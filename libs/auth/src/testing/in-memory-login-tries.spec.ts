import { FixedClock } from '#kernel/testing';
import { loginTriesContract } from '../adapters/login-tries.contract.js';
import { InMemoryLoginTries } from './in-memory-login-tries.js';

loginTriesContract('InMemoryLoginTries', async () => {
  const clock = new FixedClock();
  const tries = new InMemoryLoginTries(clock);
  return { replicas: [tries, tries], pass: (ms) => clock.pause(ms), drop: async () => undefined };
});

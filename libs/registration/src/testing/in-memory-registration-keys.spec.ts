import { InMemoryUnitOfWork } from '#kernel/testing';
import { registrationKeysContract } from '../adapters/registration-keys.contract.js';
import { InMemoryRegistrationKeys } from './in-memory-registration-keys.js';

registrationKeysContract('InMemoryRegistrationKeys', async () => {
  const keys = new InMemoryRegistrationKeys();
  return { keys, work: new InMemoryUnitOfWork(keys), drop: async () => undefined };
});

import { registrationKeysContract } from '../adapters/registration-keys.contract.js';
import { InMemoryRegistrationKeys } from './in-memory-registration-keys.js';
import { InMemoryUnitOfWork } from './in-memory-unit-of-work.js';

registrationKeysContract('InMemoryRegistrationKeys', async () => {
  const [keys, work] = [new InMemoryRegistrationKeys(), new InMemoryUnitOfWork()];
  work.join(keys);
  return { keys, work, drop: async () => undefined };
});

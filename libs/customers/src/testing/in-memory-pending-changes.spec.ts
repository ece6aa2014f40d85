import { ImmediateUnitOfWork } from '#kernel/testing';
import { pendingChangesContract } from '../adapters/pending-changes.contract.js';
import { InMemoryPendingChanges } from './in-memory-pending-changes.js';

pendingChangesContract('InMemoryPendingChanges', async () => ({
  changes: new InMemoryPendingChanges(),
  work: new ImmediateUnitOfWork(),
  drop: async () => undefined,
}));

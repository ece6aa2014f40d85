import { ImmediateUnitOfWork } from '#kernel/testing';
import { pendingIdentifierChangesContract } from '../adapters/pending-identifier-changes.contract.js';
import { InMemoryPendingIdentifierChanges } from './in-memory-pending-identifier-changes.js';

pendingIdentifierChangesContract('InMemoryPendingIdentifierChanges', async () => ({
  changes: new InMemoryPendingIdentifierChanges(),
  work: new ImmediateUnitOfWork(),
  drop: async () => undefined,
}));

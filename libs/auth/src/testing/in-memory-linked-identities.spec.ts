import { FixedClock } from '#kernel/testing';
import { linkedIdentitiesContract } from '../adapters/linked-identities.contract.js';
import { InMemoryLinkedIdentities } from './in-memory-linked-identities.js';
import { InMemorySubjects } from './in-memory-subjects.js';

linkedIdentitiesContract('InMemoryLinks', async () => {
  const subjects = new InMemorySubjects();
  return { subjects, links: new InMemoryLinkedIdentities(subjects, new FixedClock()), drop: async () => undefined };
});

import { FixedClock } from '#kernel/testing';
import { linksContract } from '../adapters/links.contract.js';
import { InMemoryLinks } from './in-memory-links.js';
import { InMemorySubjects } from './in-memory-subjects.js';

linksContract('InMemoryLinks', async () => {
  const subjects = new InMemorySubjects();
  return { subjects, links: new InMemoryLinks(subjects, new FixedClock()), drop: async () => undefined };
});

import { subjectsContract } from '../adapters/subjects.contract.js';
import { InMemorySubjects } from './in-memory-subjects.js';

subjectsContract('InMemorySubjects', async () => ({ subjects: new InMemorySubjects(), drop: async () => undefined }));

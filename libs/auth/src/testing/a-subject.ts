import type { SubjectState } from '../domain/subject.js';

/** Mia, whose password is `right`. Every property can be overridden. */
export const aSubject = (changes: Partial<SubjectState> = {}): SubjectState => ({
  customerId: 'mia',
  roles: ['customer'],
  status: 'active',
  generation: 0,
  credential: 'v2$new$hashed(new:right)',
  oneTime: false,
  market: 'US',
  locale: 'en',
  ...changes,
});

import { LastAdministrator } from '../../domain/errors.js';
import type { Subjects } from '../ports.js';

/**
 * Before somebody loses the role of an administrator, or the right to sign in: somebody else who can sign in must have the role.
 * Inside the caller's unit of work. The subject is locked first, so that its roles stay as they are read here; then the question
 * itself, so that of two administrators who end each other at once the second is asked when the first is gone.
 * @throws LastAdministrator
 */
export async function assertNotLastAdministrator(subjects: Subjects, customerId: string): Promise<void> {
  const subject = (await subjects.lockById(customerId))?.snapshot();
  if (subject?.status !== 'active' || !subject.roles.includes('admin')) return;
  if (!(await subjects.hasOtherAdministrator(customerId))) throw new LastAdministrator();
}

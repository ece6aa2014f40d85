import { LastAdministrator } from '../../domain/errors.js';
import type { Subjects } from '../ports.js';

/**
 * Call before a customer loses the administrator role or the right to sign in: another administrator who can sign in must remain.
 * Runs in the caller's unit of work. Locks the subject first, so that its roles cannot change, then the check itself. When two
 * administrators remove each other concurrently, the second check therefore sees the result of the first.
 * @throws LastAdministrator
 */
export async function assertNotLastAdministrator(subjects: Subjects, customerId: string): Promise<void> {
  const subject = (await subjects.lockById(customerId))?.snapshot();
  if (subject?.status !== 'active' || !subject.roles.includes('admin')) return;
  if (!(await subjects.hasOtherAdministrator(customerId))) throw new LastAdministrator();
}

import { SubjectErasure } from '../../facade.js';
import type { LinkedIdentities } from '../linked-identity-ports.js';
import type { Subjects } from '../ports.js';
import type { SubjectDataEraser } from '../subject-data-eraser.js';
import { assertNotLastAdministrator } from './assert-not-last-administrator.js';
import type { SessionEnder } from './session-ender.js';

export class LocalSubjectErasure extends SubjectErasure {
  constructor(
    private readonly subjects: Subjects,
    private readonly ender: SessionEnder,
    private readonly linkedIdentities: LinkedIdentities,
    private readonly dataEraser: SubjectDataEraser,
  ) {
    super();
  }

  async eraseSubject(customerId: string, names: readonly string[], by: string | null): Promise<void> {
    const subject = await this.subjects.findById(customerId);
    if (!subject) return;
    await assertNotLastAdministrator(this.subjects, customerId);
    // First, so that the access tokens of these sessions are revoked.
    await this.ender.endAllSessions(subject.snapshot(), 'auth.erased', { by, source: null });
    await this.subjects.removeIdentifiers(customerId);
    await this.linkedIdentities.removeAllByCustomer(customerId);
    await this.dataEraser.eraseSubjectData(customerId, names);
  }
}

import { type AccountChangeListeners, SignIns, type TokenSet } from '../../facade.js';
import type { Subjects } from '../ports.js';
import type { SessionEnder } from './session-ender.js';
import type { SessionOpener } from './session-opener.js';

export class LocalSignIns extends SignIns {
  constructor(
    private readonly subjects: Subjects,
    private readonly opener: SessionOpener,
    private readonly ender: SessionEnder,
    private readonly listeners: AccountChangeListeners,
  ) {
    super();
  }

  async openFirstSession(customerId: string, source: string): Promise<TokenSet | null> {
    const subject = await this.subjects.findById(customerId);
    return subject?.usableCredential && subject.isUnchangedSinceEnrolment
      ? this.opener.openSession(subject, source)
      : null;
  }

  async endAllSessions(customerId: string, by: string | null, source: string | null): Promise<void> {
    const subject = await this.subjects.findById(customerId);
    if (!subject) return;
    await this.ender.endAllSessions(subject.snapshot(), 'auth.sessions.ended', { by, source });
    this.listeners.notify(customerId, by === customerId ? 'sessions_ended' : 'sessions_ended_by_staff');
  }

  async endOtherSessions(customerId: string, kept: string, generation: number, source: string): Promise<boolean> {
    if (!(await this.subjects.lockIfCurrent(customerId, generation))) return false;
    const subject = await this.subjects.findById(customerId);
    if (subject)
      await this.ender.endAllSessions(subject.snapshot(), 'auth.sessions.ended', { by: customerId, source }, kept);
    return subject !== null;
  }
}

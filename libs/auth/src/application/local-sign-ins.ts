import { type AccountChangeListeners, SignIns, type TokenSet } from '../facade.js';
import type { Subjects } from './ports.js';
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

  async open(customerId: string, source: string): Promise<TokenSet | null> {
    const subject = await this.subjects.byId(customerId);
    return subject?.usableCredential && subject.isAsEnrolled ? this.opener.open(subject, source) : null;
  }

  async endAll(customerId: string, by: string | null, source: string | null): Promise<void> {
    const subject = await this.subjects.byId(customerId);
    if (!subject) return;
    await this.ender.endAll(subject.snapshot(), 'auth.sessions.ended', { by, source });
    this.listeners.notify(customerId, by === customerId ? 'sessions_ended' : 'sessions_ended_by_staff');
  }

  async endOthers(customerId: string, kept: string, generation: number, source: string): Promise<boolean> {
    if (!(await this.subjects.hold(customerId, generation))) return false;
    const subject = await this.subjects.byId(customerId);
    if (subject) await this.ender.endAll(subject.snapshot(), 'auth.sessions.ended', { by: customerId, source }, kept);
    return subject !== null;
  }
}

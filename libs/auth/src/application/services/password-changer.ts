import type { AuditTrail, HashPriority, Outbox, UnitOfWork } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import { PasswordChangedV1 } from '../../events.js';
import type { AccountChangeListeners, Credentials } from '../../facade.js';
import type { LinkedIdentities } from '../linked-identity-ports.js';
import type { Subjects } from '../ports.js';
import type { SessionEnder } from './session-ender.js';

export interface PasswordChange {
  /** As `PasswordPolicy` accepted it. */
  readonly password: string;
  /** For the audit trail: `auth.password.changed` … */
  readonly action: string;
  /** Source prefix. */
  readonly source: string;
  /** Priority of the new hash: `activation` only after a correct code. */
  readonly priority: HashPriority;
  /** Id of a session that stays open; null ends all. */
  readonly kept: string | null;
  /** Whether to remove the links to external identities as well. */
  readonly endLinks: boolean;
}

/** Replaces the password, ends the sessions opened with the old one, and notifies the owner. */
export class PasswordChanger {
  constructor(
    private readonly work: UnitOfWork,
    private readonly subjects: Subjects,
    private readonly credentials: Credentials,
    private readonly ender: SessionEnder,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
    private readonly linkedIdentities: LinkedIdentities,
    private readonly listeners: AccountChangeListeners,
  ) {}

  /**
   * @param inSameTransaction further work of the same transaction
   * @returns false when a concurrent request changed the password first
   */
  async changePassword(
    subject: Subject,
    change: PasswordChange,
    inSameTransaction: () => Promise<void> = async () => undefined,
  ): Promise<boolean> {
    const { customerId, credential, market } = subject.snapshot();
    const { password, action, source, priority, kept, endLinks } = change;
    const ticket = { priority, source, customerId };
    const newCredential = await this.credentials.hash(this.credentials.preHashes(password)[0], ticket);
    return this.work.run(async () => {
      if (!(await this.subjects.replaceCredential(customerId, credential, newCredential, false))) return false;
      await inSameTransaction();
      if (endLinks) await this.#removeLinkedIdentities(customerId, source);
      await this.ender.endAllSessions(subject.snapshot(), `${action}.sessions_ended`, { by: customerId, source }, kept);
      const sequence = await this.subjects.nextSequence(customerId);
      await this.outbox.append(new PasswordChangedV1(customerId, sequence, market, { customerId }));
      await this.audit.record({ action, actor: customerId, target: customerId, source });
      this.listeners.notify(customerId, 'password_changed');
      return true;
    });
  }

  async #removeLinkedIdentities(customerId: string, source: string): Promise<void> {
    if ((await this.linkedIdentities.removeAllByCustomer(customerId)) > 0)
      await this.audit.record({ action: 'auth.links.ended', actor: customerId, target: customerId, source });
  }
}

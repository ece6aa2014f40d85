import type { AuditTrail, Outbox } from '#kernel';
import type { SubjectState } from '../../domain/subject.js';
import { SessionRevokedV1 } from '../../events.js';
import type { Revocations, Sessions, Subjects } from '../ports.js';

/** Who ended a session, and from where. */
export interface Actor {
  /** Customer id; null when the service itself ended it. */
  readonly by: string | null;
  /** Source prefix; null for an internal call. */
  readonly source: string | null;
}

type SessionOwner = Pick<SubjectState, 'customerId' | 'market'>;

/** Ends sessions and revokes their access tokens, atomically in the caller's unit of work. */
export class SessionEnder {
  constructor(
    private readonly sessions: Sessions,
    private readonly subjects: Subjects,
    private readonly revocations: Revocations,
    private readonly outbox: Outbox,
    private readonly audit: AuditTrail,
  ) {}

  /** False when the session had already ended: no event is published twice. */
  async endSession(
    { customerId, market }: SessionOwner,
    sid: string,
    action: string,
    { by, source }: Actor,
  ): Promise<boolean> {
    if (!(await this.sessions.endSession(sid))) return false;
    const expiresAt = (await this.revocations.revokeSession(customerId, sid)).toISOString();
    const data = { customerId, sid, generation: null, kept: null, expiresAt };
    await this.outbox.append(new SessionRevokedV1(sid, 2, market, data));
    await this.audit.record({ action, actor: by, target: customerId, source });
    return true;
  }

  /** @param kept id of a session that stays open */
  async endAllSessions(
    { customerId, market }: SessionOwner,
    action: string,
    { by, source }: Actor,
    kept: string | null = null,
  ): Promise<void> {
    const generation = await this.subjects.incrementGeneration(customerId);
    await this.sessions.endAllByCustomer(customerId, kept, generation);
    const expiresAt = (await this.revocations.revokeCustomer(customerId, generation, kept)).toISOString();
    const sequence = await this.subjects.nextSequence(customerId);
    const data = { customerId, sid: null, generation, kept, expiresAt };
    await this.outbox.append(new SessionRevokedV1(customerId, sequence, market, data));
    await this.audit.record({ action, actor: by, target: customerId, source });
  }
}

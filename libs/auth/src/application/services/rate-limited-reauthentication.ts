import type { AuditTrail } from '#kernel';
import { Reauthentication, type ReauthenticationOutcome } from '../../facade.js';
import type { LoginTries, Subjects } from '../ports.js';
import { tryKeyBySession } from './login-try-key.js';
import type { PasswordVerifier } from './password-verifier.js';

export class RateLimitedReauthentication extends Reauthentication {
  constructor(
    private readonly subjects: Subjects,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordVerifier,
    private readonly audit: AuditTrail,
  ) {
    super();
  }

  async checkPassword(
    customerId: string,
    password: string,
    source: string,
    sessionId: string,
  ): Promise<ReauthenticationOutcome> {
    const owner = { source, customerId };
    this.passwords.refuseWhenFull(owner);
    const subject = await this.subjects.findById(customerId);
    const decision = await this.tries.startTry(tryKeyBySession(customerId, sessionId));
    const entry = { actor: customerId, target: customerId, source };
    if (decision.may !== 'compare') {
      await this.audit.record({ action: 'auth.password.limited', ...entry });
      return { outcome: 'too_many', retryAfterSeconds: decision.may === 'never' ? decision.retryAfterSeconds : 1 };
    }
    const right = await this.passwords.verifyPassword(subject, password, owner).catch(async (error: unknown) => {
      await this.tries.cancelTry(decision.counted);
      throw error;
    });
    if (!right || !subject || subject.scope !== 'customer') {
      await this.tries.recordWrongTry(decision.counted);
      await this.audit.record({ action: 'auth.password.refused', ...entry });
      return { outcome: 'wrong' };
    }
    await this.tries.resetTries(decision.counted);
    return { outcome: 'right', generation: subject.snapshot().generation };
  }
}

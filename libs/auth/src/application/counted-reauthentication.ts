import type { AuditTrail } from '#kernel';
import { type Reauthenticated, Reauthentication } from '../facade.js';
import { tryBySession } from './login-try.js';
import type { PasswordCheck } from './password-check.js';
import type { LoginTries, Subjects } from './ports.js';

export class CountedReauthentication extends Reauthentication {
  constructor(
    private readonly subjects: Subjects,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordCheck,
    private readonly audit: AuditTrail,
  ) {
    super();
  }

  async check(customerId: string, password: string, source: string, sessionId: string): Promise<Reauthenticated> {
    const owner = { source, customerId };
    this.passwords.refuseWhenFull(owner);
    const subject = await this.subjects.byId(customerId);
    const taken = await this.tries.take(tryBySession(customerId, sessionId));
    const entry = { actor: customerId, target: customerId, source };
    if (taken.may !== 'compare') {
      await this.audit.record({ action: 'auth.password.limited', ...entry });
      return { outcome: 'too_many', retryAfterSeconds: taken.may === 'never' ? taken.retryAfterSeconds : 1 };
    }
    const right = await this.passwords.isRight(subject, password, owner).catch(async (error: unknown) => {
      await this.tries.giveBack(taken.counted);
      throw error;
    });
    if (!right || !subject || subject.scope !== 'customer') {
      await this.tries.settle(taken.counted);
      await this.audit.record({ action: 'auth.password.refused', ...entry });
      return { outcome: 'wrong' };
    }
    await this.tries.forgive(taken.counted);
    return { outcome: 'right', generation: subject.snapshot().generation };
  }
}

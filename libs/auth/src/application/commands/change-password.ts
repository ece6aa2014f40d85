import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, NewPasswords } from '#kernel';
import { PasswordChanger } from '../password-changer.js';
import { PasswordCheck } from '../password-check.js';
import { LoginTries, Subjects } from '../ports.js';

export type ChangeOutcome =
  | { readonly outcome: 'done' | 'password_wrong' | 'changed_meanwhile' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Set a new password with the current one. The other sessions end. */
export class ChangePassword extends Command<ChangeOutcome> {
  constructor(
    readonly customerId: string,
    readonly sessionId: string,
    readonly currentPassword: string,
    readonly newPassword: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** A wrong current password counts as a wrong sign-in: there is one count for all ways to guess it. */
@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly subjects: Subjects,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordCheck,
    private readonly newPasswords: NewPasswords,
    private readonly changer: PasswordChanger,
    private readonly audit: AuditTrail,
  ) {}

  async execute(command: ChangePassword): Promise<ChangeOutcome> {
    const { customerId, sessionId, currentPassword, newPassword, source } = command;
    const password = this.newPasswords.accept(newPassword, [], '/newPassword');
    const subject = await this.subjects.byId(customerId);
    if (!subject) return { outcome: 'password_wrong' };
    const taken = await this.tries.take(`customer:${customerId}`, source);
    if (taken.may !== 'compare')
      return { outcome: 'too_many', retryAfterSeconds: taken.may === 'never' ? taken.retryAfterSeconds : 1 };
    const isRight = await this.passwords.isRight(subject, currentPassword).catch(async (error: unknown) => {
      await this.tries.giveBack(taken.counted);
      throw error;
    });
    if (!isRight) {
      await this.tries.settle(taken.counted);
      await this.audit.record({ action: 'auth.password.refused', actor: customerId, target: customerId, source });
      return { outcome: 'password_wrong' };
    }
    // A session that was opened with a password of somebody else ends as well: it was good for this only.
    const kept = subject.snapshot().oneTime ? null : sessionId;
    const change = { password, action: 'auth.password.changed', source, kept };
    const done = await this.changer.change(subject, change, () => this.tries.forgive(taken.counted, source));
    return { outcome: done ? 'done' : 'changed_meanwhile' };
  }
}

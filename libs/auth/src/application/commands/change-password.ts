import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, IdentifierHasher, InvalidInput, NewPasswords } from '#kernel';
import { tryBySession } from '../login-try.js';
import { PasswordChanger } from '../password-changer.js';
import { PasswordCheck } from '../password-check.js';
import { AuthRules, LoginTries, Subjects } from '../ports.js';
import { readable } from '../readable.js';

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
    /** Whether the links to external identities end as well. */
    readonly endLinks: boolean,
  ) {
    super();
  }
}

/** Wrong current passwords are counted per session, apart from sign-ins: whoever has stolen a token makes no sign-in wait. */
@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly subjects: Subjects,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordCheck,
    private readonly newPasswords: NewPasswords,
    private readonly changer: PasswordChanger,
    private readonly audit: AuditTrail,
    private readonly identifiers: IdentifierHasher,
    private readonly rules: AuthRules,
  ) {}

  async execute(command: ChangePassword): Promise<ChangeOutcome> {
    const { customerId, sessionId, currentPassword, newPassword, source, endLinks } = command;
    const password = this.newPasswords.accept(newPassword, [], '/newPassword');
    const subject = await this.subjects.byId(customerId);
    if (!subject) return { outcome: 'password_wrong' };
    const { oneTime } = subject.snapshot();
    if (await this.#isOwnName(password, customerId)) throw ownName();
    if (oneTime && password === currentPassword.normalize('NFC')) throw itself();
    const taken = await this.tries.take(tryBySession(customerId, sessionId));
    const entry = { actor: customerId, target: customerId, source };
    if (taken.may !== 'compare') {
      await this.audit.record({ action: 'auth.password.limited', ...entry });
      return { outcome: 'too_many', retryAfterSeconds: taken.may === 'never' ? taken.retryAfterSeconds : 1 };
    }
    const failed = async (error: unknown): Promise<never> => {
      await this.tries.giveBack(taken.counted);
      throw error;
    };
    if (!(await this.passwords.isRight(subject, currentPassword, { source, customerId }).catch(failed))) {
      await this.tries.settle(taken.counted);
      await this.audit.record({ action: 'auth.password.refused', ...entry });
      return { outcome: 'password_wrong' };
    }
    // A session that was opened with a password of somebody else ends as well: it was good for this only.
    const kept = oneTime ? null : sessionId;
    const change = { password, action: 'auth.password.changed', source, priority: 'login', kept, endLinks } as const;
    const forgive = () => this.tries.forgive(taken.counted);
    if (await this.changer.change(subject, change, forgive).catch(failed)) return { outcome: 'done' };
    await this.tries.giveBack(taken.counted);
    return { outcome: 'changed_meanwhile' };
  }

  /** Names are known by their hashes only, so that what is typed is read as one. */
  async #isOwnName(password: string, customerId: string): Promise<boolean> {
    const name = readable(password, this.rules.defaultMarket);
    const owner = name && (await this.subjects.byIdentifier(this.identifiers.candidates(name)));
    return owner?.snapshot().customerId === customerId;
  }
}

const ownName = () => InvalidInput.at('/newPassword', 'password.too_common', 'This password is an address of yours.');

/** It was given by somebody else, who knows it. */
const itself = () =>
  InvalidInput.at('/newPassword', 'password.one_time', 'This password is good for setting another one.');

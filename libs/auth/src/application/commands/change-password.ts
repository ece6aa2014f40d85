import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { AuditTrail, IdentifierHasher, InvalidInput, PasswordPolicy } from '#kernel';
import { parseLoginName } from '../../domain/login-name.js';
import { AuthSettings, LoginTries, Subjects } from '../ports.js';
import { tryKeyBySession } from '../services/login-try-key.js';
import { PasswordChanger } from '../services/password-changer.js';
import { PasswordVerifier } from '../services/password-verifier.js';

export type ChangePasswordOutcome =
  | { readonly outcome: 'done' | 'password_wrong' | 'changed_meanwhile' }
  | { readonly outcome: 'too_many'; readonly retryAfterSeconds: number };

/** Set a new password with the current one. The other sessions end. */
export class ChangePassword extends Command<ChangePasswordOutcome> {
  constructor(
    readonly customerId: string,
    readonly sessionId: string,
    readonly currentPassword: string,
    readonly newPassword: string,
    /** Source prefix. */
    readonly source: string,
    /** Whether to remove the links to external identities as well. */
    readonly endLinks: boolean,
  ) {
    super();
  }
}

/** Counts wrong current passwords per session, separately from sign-ins: a stolen token cannot delay a sign-in. */
@CommandHandler(ChangePassword)
export class ChangePasswordHandler implements ICommandHandler<ChangePassword> {
  constructor(
    private readonly subjects: Subjects,
    private readonly tries: LoginTries,
    private readonly passwords: PasswordVerifier,
    private readonly newPasswords: PasswordPolicy,
    private readonly changer: PasswordChanger,
    private readonly audit: AuditTrail,
    private readonly identifiers: IdentifierHasher,
    private readonly settings: AuthSettings,
  ) {}

  async execute(command: ChangePassword): Promise<ChangePasswordOutcome> {
    const { customerId, sessionId, currentPassword, newPassword, source, endLinks } = command;
    const password = this.newPasswords.assertAcceptable(newPassword, [], '/newPassword');
    const subject = await this.subjects.findById(customerId);
    if (!subject) return { outcome: 'password_wrong' };
    const { oneTime } = subject.snapshot();
    if (await this.#isOwnName(password, customerId)) throw ownNameError();
    if (oneTime && password === currentPassword.normalize('NFC')) throw oneTimePasswordReuseError();
    const decision = await this.tries.startTry(tryKeyBySession(customerId, sessionId));
    const entry = { actor: customerId, target: customerId, source };
    if (decision.may !== 'compare') {
      await this.audit.record({ action: 'auth.password.limited', ...entry });
      return { outcome: 'too_many', retryAfterSeconds: decision.may === 'never' ? decision.retryAfterSeconds : 1 };
    }
    const cancelAndRethrow = async (error: unknown): Promise<never> => {
      await this.tries.cancelTry(decision.counted);
      throw error;
    };
    if (
      !(await this.passwords.verifyPassword(subject, currentPassword, { source, customerId }).catch(cancelAndRethrow))
    ) {
      await this.tries.recordWrongTry(decision.counted);
      await this.audit.record({ action: 'auth.password.refused', ...entry });
      return { outcome: 'password_wrong' };
    }
    // A session that was opened with a one-time password ends as well: it was only valid for this change.
    const kept = oneTime ? null : sessionId;
    const change = { password, action: 'auth.password.changed', source, priority: 'login', kept, endLinks } as const;
    const resetTries = () => this.tries.resetTries(decision.counted);
    if (await this.changer.changePassword(subject, change, resetTries).catch(cancelAndRethrow))
      return { outcome: 'done' };
    await this.tries.cancelTry(decision.counted);
    return { outcome: 'changed_meanwhile' };
  }

  /** Only hashes of names are stored, so the password is parsed as a name and looked up. */
  async #isOwnName(password: string, customerId: string): Promise<boolean> {
    const name = parseLoginName(password, this.settings.defaultMarket);
    const owner = name && (await this.subjects.findByIdentifierHashes(this.identifiers.candidates(name)));
    return owner?.snapshot().customerId === customerId;
  }
}

const ownNameError = () =>
  InvalidInput.at('/newPassword', 'password.too_common', 'This password is an address of yours.');

/** Staff set the one-time password, and know it. */
const oneTimePasswordReuseError = () =>
  InvalidInput.at('/newPassword', 'password.one_time', 'This password is good for setting another one.');

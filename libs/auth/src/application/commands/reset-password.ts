import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type ClaimResult, type CodeAddress, Codes } from '#codes';
import { AuditTrail, type Identifier, IdentifierHasher, Ids, PasswordPolicy } from '#kernel';
import { parseBackoffName, parseLoginName } from '../../domain/login-name.js';
import type { Subject } from '../../domain/subject.js';
import { AuthSettings, LoginTries, Subjects } from '../ports.js';
import { tryKeyByName } from '../services/login-try-key.js';
import { PasswordChanger } from '../services/password-changer.js';
import { resetCodeAddressOf } from '../services/password-reset-requests.js';

export type ResetPasswordOutcome =
  | { readonly outcome: 'done' | 'code_expired' | 'in_progress' }
  | { readonly outcome: 'code_wrong'; readonly attemptsRemaining: number };

/** Set a new password with a reset code. All sessions end, and all links to external identities are removed. */
export class ResetPassword extends Command<ResetPasswordOutcome> {
  constructor(
    readonly username: string,
    readonly code: string,
    readonly newPassword: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

@CommandHandler(ResetPassword)
export class ResetPasswordHandler implements ICommandHandler<ResetPassword> {
  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly codes: Codes,
    private readonly newPasswords: PasswordPolicy,
    private readonly changer: PasswordChanger,
    private readonly tries: LoginTries,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly settings: AuthSettings,
  ) {}

  async execute({ username, code, newPassword, source }: ResetPassword): Promise<ResetPasswordOutcome> {
    const identifier = parseLoginName(username, this.settings.defaultMarket);
    const password = this.newPasswords.assertAcceptable(newPassword, identifier ? [identifier] : [], '/newPassword');
    const backoffName = parseBackoffName(username, this.settings.defaultMarket);
    if (!identifier || !backoffName) return { outcome: 'code_expired' };
    return this.#resetPassword(identifier, { code, password, source, nameHash: this.identifiers.hash(backoffName) });
  }

  async #resetPassword(
    identifier: Identifier,
    typed: { code: string; password: string; source: string; nameHash: string },
  ): Promise<ResetPasswordOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const found = await this.subjects.findByIdentifierHashes(hashes);
    const subject = found?.snapshot().status === 'active' ? found : null;
    const target = subject?.snapshot().customerId;
    const requestId = this.ids.next();
    const addresses = hashes.map((hash) => resetCodeAddressOf(hash, target));
    const { address, claim } = await this.#claimCode(addresses, typed.code, requestId);
    if (claim.outcome === 'busy') return { outcome: 'in_progress' };
    if (claim.outcome === 'granted' && subject) {
      const refundGuess = () => this.codes.refundGuess(address, claim.charge);
      const done = await this.#changePassword(subject, typed, refundGuess).catch(async (error: unknown) => {
        // An internal failure must not use up the code.
        await Promise.allSettled([this.codes.releaseClaim(address, requestId), refundGuess()]);
        throw error;
      });
      // The code was right, so the guess is refunded although the password was not changed.
      if (!done) await refundGuess();
      await this.codes.consume(address).catch(() => undefined);
      return { outcome: done ? 'done' : 'code_expired' };
    }
    const entry = { action: 'auth.password.reset_refused', actor: null, target: target ?? address.identifierHash };
    await this.audit.record({ ...entry, source: typed.source });
    return claim.outcome === 'wrong'
      ? { outcome: 'code_wrong', attemptsRemaining: claim.attemptsRemaining }
      : { outcome: 'code_expired' };
  }

  /** Tries one address per identifier key: a code that was sent before a key rotation is stored under the older key. */
  async #claimCode(
    [address, ...older]: readonly CodeAddress[],
    code: string,
    requestId: string,
  ): Promise<{ readonly address: CodeAddress; readonly claim: ClaimResult }> {
    if (!address) throw new Error('IdentifierHasher returned no candidate hash');
    const claim = await this.codes.claim(address, code, requestId);
    return claim.outcome === 'expired' && older.length > 0
      ? this.#claimCode(older, code, requestId)
      : { address, claim };
  }

  /**
   * The code proves ownership: wrong passwords of this source are reset, and all other access to the account ends. Waits of other
   * sources stay, because their end would reveal that the name belongs to a customer.
   */
  #changePassword(
    subject: Subject,
    { password, source, nameHash }: { password: string; source: string; nameHash: string },
    refundGuess: () => Promise<void>,
  ): Promise<boolean> {
    const options = { action: 'auth.password.reset', priority: 'activation', kept: null, endLinks: true } as const;
    return this.changer.changePassword(subject, { password, source, ...options }, async () => {
      await this.tries.resetTries(tryKeyByName(nameHash, source));
      await refundGuess();
    });
  }
}

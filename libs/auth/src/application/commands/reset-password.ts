import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Claim, type CodeAddress, Codes } from '#codes';
import { AuditTrail, type Identifier, IdentifierHasher, Ids, NewPasswords } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import { tryByName } from '../login-try.js';
import { PasswordChanger } from '../password-changer.js';
import { AuthRules, LoginTries, Subjects } from '../ports.js';
import { countedName, readable } from '../readable.js';
import { resetAddressOf } from '../reset-requests.js';

export type ResetOutcome =
  | { readonly outcome: 'done' | 'code_expired' | 'in_progress' }
  | { readonly outcome: 'code_wrong'; readonly attemptsRemaining: number };

/** Set a new password with a reset code. All sessions end, and so does every link to a foreign identity. */
export class ResetPassword extends Command<ResetOutcome> {
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
    private readonly newPasswords: NewPasswords,
    private readonly changer: PasswordChanger,
    private readonly tries: LoginTries,
    private readonly audit: AuditTrail,
    private readonly ids: Ids,
    private readonly rules: AuthRules,
  ) {}

  async execute({ username, code, newPassword, source }: ResetPassword): Promise<ResetOutcome> {
    const identifier = readable(username, this.rules.defaultMarket);
    const password = this.newPasswords.accept(newPassword, identifier ? [identifier] : [], '/newPassword');
    const counted = countedName(username, this.rules.defaultMarket);
    if (!identifier || !counted) return { outcome: 'code_expired' };
    return this.#reset(identifier, { code, password, source, nameHash: this.identifiers.hash(counted) });
  }

  async #reset(
    identifier: Identifier,
    typed: { code: string; password: string; source: string; nameHash: string },
  ): Promise<ResetOutcome> {
    const hashes = this.identifiers.candidates(identifier);
    const found = await this.subjects.byIdentifier(hashes);
    const subject = found?.snapshot().status === 'active' ? found : null;
    const target = subject?.snapshot().customerId;
    const requestId = this.ids.next();
    const addresses = hashes.map((hash) => resetAddressOf(hash, target));
    const { address, claim } = await this.#claim(addresses, typed.code, requestId);
    if (claim.outcome === 'busy') return { outcome: 'in_progress' };
    if (claim.outcome === 'granted' && subject) {
      const giveBack = () => this.codes.giveBack(address, claim.charge);
      const done = await this.#change(subject, typed, giveBack).catch(async (error: unknown) => {
        // Our own failure costs nobody his code.
        await Promise.allSettled([this.codes.release(address, requestId), giveBack()]);
        throw error;
      });
      // The right code was no guess, although it came too late.
      if (!done) await giveBack();
      await this.codes.consume(address).catch(() => undefined);
      return { outcome: done ? 'done' : 'code_expired' };
    }
    const entry = { action: 'auth.password.reset_refused', actor: null, target: target ?? address.identifierHash };
    await this.audit.record({ ...entry, source: typed.source });
    return claim.outcome === 'wrong'
      ? { outcome: 'code_wrong', attemptsRemaining: claim.attemptsRemaining }
      : { outcome: 'code_expired' };
  }

  /** One address per key of identifiers: a code that was sent before the key was changed is found under the older one. */
  async #claim(
    [address, ...older]: readonly CodeAddress[],
    code: string,
    requestId: string,
  ): Promise<{ readonly address: CodeAddress; readonly claim: Claim }> {
    if (!address) throw new Error('there is no key of identifiers');
    const claim = await this.codes.claim(address, code, requestId);
    return claim.outcome === 'expired' && older.length > 0 ? this.#claim(older, code, requestId) : { address, claim };
  }

  /**
   * Who has the code is the owner: wrong passwords typed here before cost no wait, and who got in before keeps no way in beside
   * the password. Waits of other sources stay, or their end would tell who is a customer.
   */
  #change(
    subject: Subject,
    { password, source, nameHash }: { password: string; source: string; nameHash: string },
    giveBack: () => Promise<void>,
  ): Promise<boolean> {
    const what = { action: 'auth.password.reset', priority: 'activation', kept: null, endLinks: true } as const;
    return this.changer.change(subject, { password, source, ...what }, async () => {
      await this.tries.forgive(tryByName(nameHash, source));
      await giveBack();
    });
  }
}

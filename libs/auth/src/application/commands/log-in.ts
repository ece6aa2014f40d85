import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type Identifier, IdentifierHasher, InvalidInput, PasswordHasher, parseIdentifier } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import { type AccessToken, AccessTokens, AuthRules, PasswordScheme, Subjects } from '../ports.js';

/** Sign in with an e-mail address or phone number and a password. `refused` is one answer for unknown and wrong. */
export class LogIn extends Command<AccessToken | 'refused'> {
  constructor(
    readonly username: string,
    readonly password: string,
  ) {
    super();
  }
}

@CommandHandler(LogIn)
export class LogInHandler implements ICommandHandler<LogIn> {
  constructor(
    private readonly subjects: Subjects,
    private readonly identifiers: IdentifierHasher,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
    private readonly tokens: AccessTokens,
    private readonly rules: AuthRules,
  ) {}

  async execute({ username, password }: LogIn): Promise<AccessToken | 'refused'> {
    const subject = await this.#find(username);
    const known = await this.#passwordIsRight(subject, password);
    return subject && known ? this.tokens.issue(subject.snapshot()) : 'refused';
  }

  async #find(username: string): Promise<Subject | null> {
    const identifier = readable(username, this.rules.defaultMarket);
    return identifier ? this.subjects.byIdentifier(this.identifiers.candidates(identifier)) : null;
  }

  /** The same work for nobody, for a subject without a password, and for a wrong one (OWASP ASVS 6.3.8). */
  async #passwordIsRight(subject: Subject | null, password: string): Promise<boolean> {
    // Nobody has a password that is no text; the work is done all the same.
    const preHashes = this.scheme.preHashes(password.isWellFormed() ? password : '');
    if (!password.isWellFormed()) return this.hasher.verifyNobody(preHashes[0].value, 'login');
    const stored = this.scheme.decode(subject?.usableCredential ?? '');
    const preHash = preHashes.find(({ kid }) => kid === stored?.kid);
    if (!stored || !preHash) return this.hasher.verifyNobody(preHashes[0].value, 'login');
    return this.hasher.verify(preHash.value, stored.hash, 'login');
  }
}

function readable(username: string, market: string): Identifier | null {
  try {
    return parseIdentifier(username, market);
  } catch (error) {
    if (error instanceof InvalidInput) return null;
    throw error;
  }
}

import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AuditEntry, AuditTrail, UnitOfWork } from '#kernel';
import { type Presentation, Session } from '../../domain/session.js';
import type { TokenSet } from '../../facade.js';
import { AccessTokens, AuthRules, type FoundSession, type ReadToken, RefreshTokens, Sessions } from '../ports.js';
import { SessionEnder } from '../session-ender.js';

/** Exchange a refresh token. `refused` is one answer for whatever is not good any more, or never was. */
export class Refresh extends Command<TokenSet | 'refused'> {
  constructor(
    readonly token: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** A lost race is looked at again: then the token is its sibling's parent, and the sibling's child is the answer. */
const LOOKS = 3;

@CommandHandler(Refresh)
export class RefreshHandler implements ICommandHandler<Refresh> {
  constructor(
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly ender: SessionEnder,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly rules: AuthRules,
  ) {}

  async execute({ token, source }: Refresh): Promise<TokenSet | 'refused'> {
    const read = this.refreshTokens.read(token);
    if (!read) return 'refused';
    for (let look = 0; look < LOOKS; look++) {
      const found = await this.sessions.find(read.sessionId);
      const presented = found ? presentedTo(found, read) : 'dead';
      if (!found || presented === 'dead') return this.#refuse(found, source);
      if (presented === 'repeat') return this.#repeat(found, token, source);
      if (presented === 'reused') return this.#endFamily(found, source);
      const child = await this.#rotate(found, read, token, source);
      if (child) return this.#tokens(found, child);
    }
    return 'refused';
  }

  /** The child, or undefined when another request was faster. */
  async #rotate(found: FoundSession, read: ReadToken, token: string, source: string): Promise<string | undefined> {
    const [child] = this.refreshTokens.childrenOf(token);
    const lifeMs = this.rules.refreshTokenTtlSeconds * 1000;
    const line = lineOf('succeeded', found, source);
    return (await this.sessions.rotate(found.session.id, read, child.hash, lifeMs, line)) ? child.token : undefined;
  }

  /** Its answer was lost: the same child, from whichever replica. */
  async #repeat(found: FoundSession, parent: string, source: string): Promise<TokenSet | 'refused'> {
    const children = this.refreshTokens.childrenOf(parent);
    const child = children.find(({ hash }) => hash === found.session.currentHash);
    if (!child) return this.#refuse(found, source);
    await this.audit.record(lineOf('repeated', found, source));
    return this.#tokens(found, child.token);
  }

  /** Two have the same token, and one of them should not: neither goes on (RFC 9700, 4.14.2). */
  async #endFamily(found: FoundSession, source: string): Promise<'refused'> {
    const { session, subject } = found;
    const ordered = { by: null, source };
    const end = () => this.ender.endOne(subject.snapshot(), session.id, 'auth.refresh.reused', ordered);
    return (await this.work.run(end)) ? 'refused' : this.#refuse(found, source);
  }

  async #refuse(found: FoundSession | null, source: string): Promise<'refused'> {
    await this.audit.record(lineOf('refused', found, source));
    return 'refused';
  }

  async #tokens({ subject, session }: FoundSession, refreshToken: string): Promise<TokenSet> {
    const { token, expiresInSeconds, scope } = await this.accessTokens.issue(subject, session, session.createdAt);
    return { accessToken: token, expiresInSeconds, refreshToken, scope };
  }
}

function presentedTo({ session, subject, now }: FoundSession, read: ReadToken): Presentation {
  const { status, generation } = subject.snapshot();
  return status === 'active' ? Session.restore(session).present(read, generation, now) : 'dead';
}

function lineOf(outcome: string, found: FoundSession | null, source: string): AuditEntry {
  const target = found?.session.customerId ?? null;
  return { action: `auth.refresh.${outcome}`, actor: outcome === 'refused' ? null : target, target, source };
}

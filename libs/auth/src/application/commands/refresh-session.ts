import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { type AuditEntry, AuditTrail, Clock, UnitOfWork } from '#kernel';
import { BoundedTtlCache } from '../../domain/bounded-ttl-cache.js';
import { type PresentedTokenStatus, Session } from '../../domain/session.js';
import type { TokenSet } from '../../facade.js';
import {
  AccessTokens,
  AuthSettings,
  type ParsedRefreshToken,
  RefreshTokens,
  type SessionLookup,
  Sessions,
} from '../ports.js';
import { SessionEnder } from '../services/session-ender.js';

/** Exchange a refresh token. `refused` is one answer for whatever is not good any more, or never was. */
export class RefreshSession extends Command<TokenSet | 'refused'> {
  constructor(
    readonly token: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** A lost race is looked at again: then the token is its sibling's parent, and the sibling's child is the answer. */
const MAX_ROTATION_ATTEMPTS = 3;
/** One line of the audit trail in this time tells of every refused token of a session. */
const REFUSAL_AUDIT_INTERVAL_MS = 3_600_000;
/** Dead tokens that a process remembers, so that they cost the database nothing. */
const MAX_CACHED_DEAD_TOKENS = 10_000;

@CommandHandler(RefreshSession)
export class RefreshSessionHandler implements ICommandHandler<RefreshSession> {
  /** By their hash. What is dead stays dead: a session that has ended does not begin again. */
  readonly #deadTokens = new BoundedTtlCache<true>(MAX_CACHED_DEAD_TOKENS);

  constructor(
    private readonly sessions: Sessions,
    private readonly refreshTokens: RefreshTokens,
    private readonly accessTokens: AccessTokens,
    private readonly ender: SessionEnder,
    private readonly work: UnitOfWork,
    private readonly audit: AuditTrail,
    private readonly settings: AuthSettings,
    private readonly clock: Clock,
  ) {}

  async execute({ token, source }: RefreshSession): Promise<TokenSet | 'refused'> {
    const parsed = this.refreshTokens.parse(token);
    if (!parsed || this.#isKnownDead(parsed)) return 'refused';
    for (let attempt = 0; attempt < MAX_ROTATION_ATTEMPTS; attempt++) {
      const found = await this.sessions.findById(parsed.sessionId);
      const status = found ? statusOfPresentedToken(found, parsed) : 'dead';
      if (!found || status === 'dead') return this.#refuse(found, parsed, source);
      if (status === 'repeat') return this.#repeatLostAnswer(found, token, source);
      if (status === 'reused') return this.#endTokenFamily(found, parsed, source);
      const child = await this.#rotateToken(found, parsed, token, source);
      if (child) return this.#toTokenSet(found, child);
    }
    return 'refused';
  }

  /** The child, or undefined when another request was faster. */
  async #rotateToken(
    found: SessionLookup,
    read: ParsedRefreshToken,
    token: string,
    source: string,
  ): Promise<string | undefined> {
    const [child] = this.refreshTokens.deriveChildren(token);
    const lifeMs = this.settings.refreshTokenTtlSeconds * 1000;
    const line = auditEntryOf('auth.refresh.succeeded', found, source);
    return (await this.sessions.rotateToken(found.session.id, read, child.hash, lifeMs, line))
      ? child.token
      : undefined;
  }

  /** Its answer was lost: the same child, from whichever replica. */
  async #repeatLostAnswer(found: SessionLookup, parent: string, source: string): Promise<TokenSet | 'refused'> {
    const children = this.refreshTokens.deriveChildren(parent);
    const child = children.find(({ hash }) => hash === found.session.currentHash);
    if (!child) {
      // Not remembered as dead: in ten seconds it ends its family.
      await this.#recordRefusal(found, auditEntryOf('auth.refresh.refused', found, source));
      return 'refused';
    }
    const { id, turn } = found.session;
    if (found.repeatRecordedTurn !== turn)
      await this.sessions.recordRepeat(id, turn, auditEntryOf('auth.refresh.repeated', found, source));
    return this.#toTokenSet(found, child.token);
  }

  /** Two have the same token, and one of them should not: neither goes on (RFC 9700, 4.14.2). */
  async #endTokenFamily(found: SessionLookup, read: ParsedRefreshToken, source: string): Promise<'refused'> {
    const { session, subject } = found;
    const ordered = { by: null, source };
    const end = () => this.ender.endSession(subject.snapshot(), session.id, 'auth.refresh.reused', ordered);
    return (await this.work.run(end)) ? 'refused' : this.#refuse(found, read, source);
  }

  /** Further calls with the token are answered from memory. */
  async #refuse(found: SessionLookup | null, read: ParsedRefreshToken, source: string): Promise<'refused'> {
    if (this.#isKnownDead(read)) return 'refused';
    this.#deadTokens.set(read.hash, true, this.clock.now().getTime() + REFUSAL_AUDIT_INTERVAL_MS);
    try {
      await this.#recordRefusal(found, auditEntryOf('auth.refresh.refused', found, source));
    } catch (error) {
      this.#deadTokens.set(read.hash, true, 0);
      throw error;
    }
    return 'refused';
  }

  /** Of a session that is gone from the database nothing can be counted there: each process writes its own line. */
  async #recordRefusal(found: SessionLookup | null, line: AuditEntry): Promise<void> {
    if (!found) return this.audit.record(line);
    if (found.refusalRecordedAt > found.now - REFUSAL_AUDIT_INTERVAL_MS) return;
    await this.sessions.recordRefusal(found.session.id, REFUSAL_AUDIT_INTERVAL_MS, line);
  }

  #isKnownDead({ hash }: ParsedRefreshToken): boolean {
    return this.#deadTokens.get(hash, this.clock.now().getTime()) === true;
  }

  async #toTokenSet({ subject, session }: SessionLookup, refreshToken: string): Promise<TokenSet> {
    const { token, expiresInSeconds, scope } = await this.accessTokens.issue(subject, session, session.createdAt);
    return { accessToken: token, expiresInSeconds, refreshToken, scope };
  }
}

function statusOfPresentedToken(
  { session, subject, now }: SessionLookup,
  read: ParsedRefreshToken,
): PresentedTokenStatus {
  const { status, generation } = subject.snapshot();
  return status === 'active' ? Session.restore(session).checkPresentedToken(read, generation, now) : 'dead';
}

function auditEntryOf(action: string, found: SessionLookup | null, source: string): AuditEntry {
  const target = found?.session.customerId ?? null;
  return { action, actor: action === 'auth.refresh.refused' ? null : target, target, source };
}

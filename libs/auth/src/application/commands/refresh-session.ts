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

/** Exchange a refresh token. `refused` is the same result for every invalid, expired or reused token. */
export class RefreshSession extends Command<TokenSet | 'refused'> {
  constructor(
    readonly token: string,
    /** Source prefix. */
    readonly source: string,
  ) {
    super();
  }
}

/** After a lost race, the lookup is repeated. The token is then the previous one, and the child of the winner is returned. */
const MAX_ROTATION_ATTEMPTS = 3;
/** In this time, one audit entry covers all refused tokens of a session. */
const REFUSAL_AUDIT_INTERVAL_MS = 3_600_000;
/** Dead tokens are cached per process, so that they cause no database query. */
const MAX_CACHED_DEAD_TOKENS = 10_000;

@CommandHandler(RefreshSession)
export class RefreshSessionHandler implements ICommandHandler<RefreshSession> {
  /** By token hash. A dead token stays dead, because an ended session never resumes. */
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

  /** The child, or undefined when a concurrent request rotated the token first. */
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

  /** The response was lost: every replica returns the same child. */
  async #repeatLostAnswer(found: SessionLookup, parent: string, source: string): Promise<TokenSet | 'refused'> {
    const children = this.refreshTokens.deriveChildren(parent);
    const child = children.find(({ hash }) => hash === found.session.currentHash);
    if (!child) {
      // Not cached as dead: after ten seconds, presenting it again ends the session.
      await this.#recordRefusal(found, auditEntryOf('auth.refresh.refused', found, source));
      return 'refused';
    }
    const { id, turn } = found.session;
    if (found.repeatRecordedTurn !== turn)
      await this.sessions.recordRepeat(id, turn, auditEntryOf('auth.refresh.repeated', found, source));
    return this.#toTokenSet(found, child.token);
  }

  /** A reused token means that it was stolen, so the session ends for both holders (RFC 9700, 4.14.2). */
  async #endTokenFamily(found: SessionLookup, read: ParsedRefreshToken, source: string): Promise<'refused'> {
    const { session, subject } = found;
    const actor = { by: null, source };
    const end = () => this.ender.endSession(subject.snapshot(), session.id, 'auth.refresh.reused', actor);
    return (await this.work.run(end)) ? 'refused' : this.#refuse(found, read, source);
  }

  /** Caches the token as dead, so that further calls with it need no database query. */
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

  /** A purged session has no row to deduplicate entries with: each process writes its own audit entry. */
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

import { BoundedTtlCache } from '../../domain/bounded-ttl-cache.js';
import type { Subject } from '../../domain/subject.js';
import type { ExternalIdentity, ExternalTokens, LinkedIdentities } from '../linked-identity-ports.js';
import type { Caller } from '../ports.js';

/** Shorter than the second within which nobody gets in who was unlinked or suspended, on any replica. */
const SUBJECT_CACHE_TTL_MS = 500;
const MAX_CACHED_SUBJECTS = 10_000;

/**
 * Who brings a token of an external identity server: the customer that is linked to its (iss, sub), and nobody for any
 * other reason. No e-mail address and no name in a token makes anybody anyone.
 */
export class ExternalCallerResolver {
  readonly #subjectCache = new BoundedTtlCache<Promise<Subject | null>>(MAX_CACHED_SUBJECTS);

  constructor(
    private readonly tokens: ExternalTokens,
    private readonly linkedIdentities: LinkedIdentities,
    /** A clock that nobody can set back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws Unavailable when nobody can tell */
  async identify(token: string): Promise<Caller | undefined> {
    const claims = await this.tokens.verify(token);
    const subject = claims && (await this.#findSubject(claims))?.snapshot();
    if (!claims || subject?.status !== 'active') return undefined;
    const { customerId } = subject;
    const roles = [...new Set([...subject.roles, ...claims.roles])];
    return { customerId, sessionId: null, roles, scopes: ['customer'], authTime: claims.authTime };
  }

  /** What is remembered is the question: a hundred requests at once ask the database one. */
  #findSubject({ issuer, subject }: ExternalIdentity): Promise<Subject | null> {
    const now = this.now();
    const key = JSON.stringify([issuer, subject]);
    const known = this.#subjectCache.get(key, now);
    if (known !== undefined) return known;
    const asked = this.linkedIdentities.findSubject({ issuer, subject });
    this.#subjectCache.set(key, asked, now + SUBJECT_CACHE_TTL_MS);
    // A database that was away is asked again at once.
    asked.catch(() => this.#subjectCache.set(key, asked, now));
    return asked;
  }
}

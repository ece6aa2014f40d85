import { BoundedTtlCache } from '../../domain/bounded-ttl-cache.js';
import type { Subject } from '../../domain/subject.js';
import type { ExternalIdentity, ExternalTokens, LinkedIdentities } from '../linked-identity-ports.js';
import type { Caller } from '../ports.js';

/** Must be below one second, within which every replica rejects an unlinked or suspended customer. */
const SUBJECT_CACHE_TTL_MS = 500;
const MAX_CACHED_SUBJECTS = 10_000;

/**
 * Resolves an external token to the customer that is linked to its (iss, sub). E-mail addresses and names in a token are never
 * used to find a customer.
 */
export class ExternalCallerResolver {
  readonly #subjectCache = new BoundedTtlCache<Promise<Subject | null>>(MAX_CACHED_SUBJECTS);

  constructor(
    private readonly tokens: ExternalTokens,
    private readonly linkedIdentities: LinkedIdentities,
    /** Monotonic clock. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws Unavailable when the issuer or the database is unavailable */
  async identify(token: string): Promise<Caller | undefined> {
    const claims = await this.tokens.verify(token);
    const subject = claims && (await this.#findSubject(claims))?.snapshot();
    if (!claims || subject?.status !== 'active') return undefined;
    const { customerId } = subject;
    const roles = [...new Set([...subject.roles, ...claims.roles])];
    return { customerId, sessionId: null, roles, scopes: ['customer'], authTime: claims.authTime };
  }

  /** Caches the promise, so that concurrent requests share one database query. */
  #findSubject({ issuer, subject }: ExternalIdentity): Promise<Subject | null> {
    const now = this.now();
    const key = JSON.stringify([issuer, subject]);
    const known = this.#subjectCache.get(key, now);
    if (known !== undefined) return known;
    const lookup = this.linkedIdentities.findSubject({ issuer, subject });
    this.#subjectCache.set(key, lookup, now + SUBJECT_CACHE_TTL_MS);
    // A failed query is not cached.
    lookup.catch(() => this.#subjectCache.set(key, lookup, now));
    return lookup;
  }
}

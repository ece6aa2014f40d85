import { Remembered } from '../domain/remembered.js';
import type { Subject } from '../domain/subject.js';
import type { ForeignTokens, Identity, Links } from './link-ports.js';
import type { Caller } from './ports.js';

/** Shorter than the second within which nobody gets in who was unlinked or suspended, on any replica. */
const LOOK_AGAIN_MS = 500;
const REMEMBERED = 10_000;

/**
 * Who brings a token of an external identity server: the customer that is linked to its (iss, sub), and nobody for any
 * other reason. No e-mail address and no name in a token makes anybody anyone.
 */
export class ForeignCallers {
  readonly #subjects = new Remembered<Promise<Subject | null>>(REMEMBERED);

  constructor(
    private readonly tokens: ForeignTokens,
    private readonly links: Links,
    /** A clock that nobody can set back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws Unavailable when nobody can tell */
  async identify(token: string): Promise<Caller | undefined> {
    const claims = await this.tokens.verify(token);
    const subject = claims && (await this.#subjectOf(claims))?.snapshot();
    if (!claims || subject?.status !== 'active') return undefined;
    const { customerId } = subject;
    const roles = [...new Set([...subject.roles, ...claims.roles])];
    return { customerId, sessionId: null, roles, scopes: ['customer'], authTime: claims.authTime };
  }

  /** What is remembered is the question: a hundred requests at once ask the database one. */
  #subjectOf({ issuer, subject }: Identity): Promise<Subject | null> {
    const now = this.now();
    const key = JSON.stringify([issuer, subject]);
    const known = this.#subjects.get(key, now);
    if (known !== undefined) return known;
    const asked = this.links.subjectOf({ issuer, subject });
    this.#subjects.keep(key, asked, now + LOOK_AGAIN_MS);
    // A database that was away is asked again at once.
    asked.catch(() => this.#subjects.keep(key, asked, now));
    return asked;
  }
}

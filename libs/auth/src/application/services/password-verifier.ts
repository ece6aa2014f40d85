import type { Clock, HashOwner, HashTicket, LegacyPasswords, PasswordHasher } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import type { LegacyHashFlag, LegacyHashSealer } from '../legacy-password-ports.js';
import type { PasswordScheme, Subjects } from '../ports.js';

/** Longer than any comparison within the limits of `LegacyPasswords`. */
const FAILURE_DURATION_STEP_MS = 1_000;

/** Compares passwords with the same work for known and unknown names (OWASP ASVS 6.3.8). */
export class PasswordVerifier {
  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
    private readonly legacyHashSealer: LegacyHashSealer,
    private readonly legacyPasswords: LegacyPasswords,
    private readonly legacyHashFlag: LegacyHashFlag,
    private readonly clock: Clock,
  ) {}

  /** @throws HashingBusy when there is no hashing capacity for this owner */
  refuseWhenFull(owner: HashOwner): void {
    this.hasher.assertCapacity(loginTicketOf(owner));
  }

  /** Does the same work for an unknown subject, a subject without a password, and a wrong password. */
  async verifyPassword(subject: Subject | null, password: string, owner: HashOwner): Promise<boolean> {
    const startedAt = this.clock.now().getTime();
    const right = await this.#matches(subject, password, loginTicketOf(owner));
    if (!right) await this.#padFailureDuration(startedAt);
    return right;
  }

  async #matches(subject: Subject | null, password: string, ticket: HashTicket): Promise<boolean> {
    // A malformed string matches no password, but takes the same work.
    const preHashes = this.scheme.preHashes(password.isWellFormed() ? password : '');
    if (!password.isWellFormed()) return this.hasher.verifyDummy(preHashes[0].value, ticket);
    const credential = subject?.usableCredential ?? '';
    const legacyHash = subject && this.legacyHashSealer.open(credential, subject.snapshot().customerId);
    if (legacyHash) return this.legacyPasswords.verify(password, legacyHash, ticket);
    const stored = this.scheme.decode(credential);
    const preHash = preHashes.find(({ kid }) => kid === stored?.kid);
    if (!stored || !preHash) return this.hasher.verifyDummy(preHashes[0].value, ticket);
    return this.hasher.verify(preHash.value, stored.hash, ticket);
  }

  /**
   * Legacy hashes take more or less time than native ones. If any were imported, a failure is padded to whole seconds, so that
   * its duration does not reveal whether the name exists, even behind a queue.
   */
  async #padFailureDuration(startedAt: number): Promise<void> {
    if (!(await this.legacyHashFlag.isSet())) return;
    const elapsed = this.clock.now().getTime() - startedAt;
    await this.clock.pause(FAILURE_DURATION_STEP_MS - (elapsed % FAILURE_DURATION_STEP_MS));
  }

  /** Rehashes a password that was just verified, unless its hash has the current scheme, cost and pepper. */
  async rehashIfOutdated(subject: Subject, password: string, source: string): Promise<void> {
    const { customerId, credential, oneTime } = subject.snapshot();
    const stored = this.scheme.decode(credential ?? '');
    const [writer] = this.scheme.preHashes(password);
    if (stored?.kid === writer.kid && !this.hasher.isOutdated(stored.hash)) return;
    const ticket = { priority: 'rehash', source, customerId } as const;
    const newCredential = this.scheme.encode(writer.kid, await this.hasher.hash(writer.value, ticket));
    // Of two concurrent rehashes, one wins. A concurrent password change is not overwritten.
    await this.subjects.replaceCredential(customerId, credential, newCredential, oneTime);
  }
}

const loginTicketOf = ({ source, customerId }: HashOwner): HashTicket => ({ priority: 'login', source, customerId });

import type { Clock, HashOwner, HashTicket, LegacyPasswords, PasswordHasher } from '#kernel';
import type { Subject } from '../../domain/subject.js';
import type { LegacyHashFlag, LegacyHashSealer } from '../legacy-password-ports.js';
import type { PasswordScheme, Subjects } from '../ports.js';

/** Longer than the bounds of `ForeignPasswords` let a comparison take. */
const FAILURE_DURATION_STEP_MS = 1_000;

/** Compares passwords, with the same work whoever is asked about (OWASP ASVS 6.3.8). */
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

  /** @throws HashingBusy when nothing could be compared for this owner now */
  refuseWhenFull(owner: HashOwner): void {
    this.hasher.assertCapacity(loginTicketOf(owner));
  }

  /** The same work for nobody, for a subject without a password, and for a wrong one. */
  async verifyPassword(subject: Subject | null, password: string, owner: HashOwner): Promise<boolean> {
    const startedAt = this.clock.now().getTime();
    const right = await this.#matches(subject, password, loginTicketOf(owner));
    if (!right) await this.#padFailureDuration(startedAt);
    return right;
  }

  async #matches(subject: Subject | null, password: string, ticket: HashTicket): Promise<boolean> {
    // Nobody has a password that is no text; the work is done all the same.
    const preHashes = this.scheme.preHashes(password.isWellFormed() ? password : '');
    if (!password.isWellFormed()) return this.hasher.verifyDummy(preHashes[0].value, ticket);
    const credential = subject?.usableCredential ?? '';
    const theirs = subject && this.legacyHashSealer.open(credential, subject.snapshot().customerId);
    if (theirs) return this.legacyPasswords.verify(password, theirs, ticket);
    const stored = this.scheme.decode(credential);
    const preHash = preHashes.find(({ kid }) => kid === stored?.kid);
    if (!stored || !preHash) return this.hasher.verifyDummy(preHashes[0].value, ticket);
    return this.hasher.verify(preHash.value, stored.hash, ticket);
  }

  /**
   * Hashes of another system cost more or less than ours. While there may be any, a failure takes whole seconds, so that its time
   * does not tell whose name it was; also behind a queue.
   */
  async #padFailureDuration(begun: number): Promise<void> {
    if (!(await this.legacyHashFlag.isSet())) return;
    const taken = this.clock.now().getTime() - begun;
    await this.clock.pause(FAILURE_DURATION_STEP_MS - (taken % FAILURE_DURATION_STEP_MS));
  }

  /** Of a password that was just found right: once more by our scheme, at today's cost and under today's pepper, where it is not. */
  async rehashIfOutdated(subject: Subject, password: string, source: string): Promise<void> {
    const { customerId, credential, oneTime } = subject.snapshot();
    const stored = this.scheme.decode(credential ?? '');
    const [writer] = this.scheme.preHashes(password);
    if (stored?.kid === writer.kid && !this.hasher.isOutdated(stored.hash)) return;
    const ticket = { priority: 'rehash', source, customerId } as const;
    const newCredential = this.scheme.encode(writer.kid, await this.hasher.hash(writer.value, ticket));
    // Of two at the same time one wins; a password that was changed meanwhile stays as it is.
    await this.subjects.replaceCredential(customerId, credential, newCredential, oneTime);
  }
}

const loginTicketOf = ({ source, customerId }: HashOwner): HashTicket => ({ priority: 'login', source, customerId });

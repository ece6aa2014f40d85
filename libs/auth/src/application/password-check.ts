import type { PasswordHasher } from '#kernel';
import type { Subject } from '../domain/subject.js';
import type { PasswordScheme, Subjects } from './ports.js';

/** Compares passwords, with the same work whoever is asked about (OWASP ASVS 6.3.8). */
export class PasswordCheck {
  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @throws HashingBusy when nobody could be compared now */
  refuseWhenFull(): void {
    this.hasher.refuseWhenFull('login');
  }

  /** The same work for nobody, for a subject without a password, and for a wrong one. */
  async isRight(subject: Subject | null, password: string): Promise<boolean> {
    // Nobody has a password that is no text; the work is done all the same.
    const preHashes = this.scheme.preHashes(password.isWellFormed() ? password : '');
    if (!password.isWellFormed()) return this.hasher.verifyNobody(preHashes[0].value, 'login');
    const stored = this.scheme.decode(subject?.usableCredential ?? '');
    const preHash = preHashes.find(({ kid }) => kid === stored?.kid);
    if (!stored || !preHash) return this.hasher.verifyNobody(preHashes[0].value, 'login');
    return this.hasher.verify(preHash.value, stored.hash, 'login');
  }

  /** Of a password that was just found right: once more at today's cost and under today's pepper, where it is not. */
  async renew(subject: Subject, password: string): Promise<void> {
    const { customerId, credential, oneTime } = subject.snapshot();
    const stored = this.scheme.decode(credential ?? '');
    const [writer] = this.scheme.preHashes(password);
    if (!stored || (stored.kid === writer.kid && !this.hasher.isOutdated(stored.hash))) return;
    const written = this.scheme.encode(writer.kid, await this.hasher.hash(writer.value, 'rehash'));
    // Of two at the same time one wins; a password that was changed meanwhile stays as it is.
    await this.subjects.replaceCredential(customerId, credential, written, oneTime);
  }
}

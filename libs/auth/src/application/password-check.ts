import type { Clock, ForeignPasswords, HashOwner, HashTicket, PasswordHasher } from '#kernel';
import type { Subject } from '../domain/subject.js';
import type { ForeignCredentials, ForeignPasswordsMark } from './foreign-ports.js';
import type { PasswordScheme, Subjects } from './ports.js';

/** Longer than the bounds of `ForeignPasswords` let a comparison take. */
const FLOOR_MS = 1_000;

/** Compares passwords, with the same work whoever is asked about (OWASP ASVS 6.3.8). */
export class PasswordCheck {
  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly hasher: PasswordHasher,
    private readonly foreign: ForeignCredentials,
    private readonly foreignPasswords: ForeignPasswords,
    private readonly mark: ForeignPasswordsMark,
    private readonly clock: Clock,
  ) {}

  /** @throws HashingBusy when nothing could be compared for this owner now */
  refuseWhenFull(owner: HashOwner): void {
    this.hasher.refuseWhenFull(toCompare(owner));
  }

  /** The same work for nobody, for a subject without a password, and for a wrong one. */
  async isRight(subject: Subject | null, password: string, owner: HashOwner): Promise<boolean> {
    const begun = this.clock.now().getTime();
    const right = await this.#matches(subject, password, toCompare(owner));
    if (!right) await this.#fillUp(begun);
    return right;
  }

  async #matches(subject: Subject | null, password: string, ticket: HashTicket): Promise<boolean> {
    // Nobody has a password that is no text; the work is done all the same.
    const preHashes = this.scheme.preHashes(password.isWellFormed() ? password : '');
    if (!password.isWellFormed()) return this.hasher.verifyNobody(preHashes[0].value, ticket);
    const credential = subject?.usableCredential ?? '';
    const theirs = subject && this.foreign.open(credential, subject.snapshot().customerId);
    if (theirs) return this.foreignPasswords.verify(password, theirs, ticket);
    const stored = this.scheme.decode(credential);
    const preHash = preHashes.find(({ kid }) => kid === stored?.kid);
    if (!stored || !preHash) return this.hasher.verifyNobody(preHashes[0].value, ticket);
    return this.hasher.verify(preHash.value, stored.hash, ticket);
  }

  /**
   * Hashes of another system cost more or less than ours. While there may be any, a failure takes whole seconds, so that its time
   * does not tell whose name it was; also behind a queue.
   */
  async #fillUp(begun: number): Promise<void> {
    if (!(await this.mark.isSet())) return;
    const taken = this.clock.now().getTime() - begun;
    await this.clock.pause(FLOOR_MS - (taken % FLOOR_MS));
  }

  /** Of a password that was just found right: once more by our scheme, at today's cost and under today's pepper, where it is not. */
  async renew(subject: Subject, password: string, source: string): Promise<void> {
    const { customerId, credential, oneTime } = subject.snapshot();
    const stored = this.scheme.decode(credential ?? '');
    const [writer] = this.scheme.preHashes(password);
    if (stored?.kid === writer.kid && !this.hasher.isOutdated(stored.hash)) return;
    const ticket = { priority: 'rehash', source, customerId } as const;
    const written = this.scheme.encode(writer.kid, await this.hasher.hash(writer.value, ticket));
    // Of two at the same time one wins; a password that was changed meanwhile stays as it is.
    await this.subjects.replaceCredential(customerId, credential, written, oneTime);
  }
}

const toCompare = ({ source, customerId }: HashOwner): HashTicket => ({ priority: 'login', source, customerId });

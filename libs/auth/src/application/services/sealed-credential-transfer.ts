import { InvalidInput, type LegacyPasswords } from '#kernel';
import { Subject } from '../../domain/subject.js';
import { CredentialTransfer, type ImportedSubject } from '../../facade.js';
import type { LegacyHashFlag, LegacyHashSealer } from '../legacy-password-ports.js';
import type { PasswordScheme, Subjects } from '../ports.js';

const POINTER = '/passwordHash';

export class SealedCredentialTransfer extends CredentialTransfer {
  readonly #kids: readonly string[];

  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly legacyHashSealer: LegacyHashSealer,
    private readonly legacyPasswords: LegacyPasswords,
    private readonly legacyHashFlag: LegacyHashFlag,
  ) {
    super();
    this.#kids = scheme.preHashes('').map(({ kid }) => kid);
  }

  importPasswordHash(hash: string, customerId: string): string {
    const ownCredential = this.scheme.decode(hash);
    if (ownCredential && !this.#kids.includes(ownCredential.kid))
      throw InvalidInput.at(POINTER, 'password_hash.unknown_pepper', 'was made with a pepper that is not there');
    this.legacyPasswords.accept(ownCredential?.hash ?? hash, POINTER);
    return ownCredential ? hash : this.legacyHashSealer.seal(hash, customerId);
  }

  async enrolSubjects(subjects: readonly ImportedSubject[]): Promise<void> {
    const isLegacyHash = ({ credential }: ImportedSubject) => credential !== null && !this.scheme.decode(credential);
    if (subjects.some(isLegacyHash)) await this.legacyHashFlag.set();
    const defaults = { roles: ['customer'], generation: 0, oneTime: false } as const;
    await this.subjects.addAll(
      subjects.map(({ names, ...state }) => ({ subject: Subject.restore({ ...state, ...defaults }), names })),
    );
  }

  async exportPasswordHashes(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const hashes = new Map<string, string>();
    for (const subject of await this.subjects.findByIds(customerIds)) {
      const { customerId, credential, oneTime } = subject.snapshot();
      if (credential === null || oneTime) continue;
      const own = this.scheme.decode(credential) && credential;
      const hash = own ?? this.legacyHashSealer.open(credential, customerId);
      if (hash) hashes.set(customerId, hash);
    }
    return hashes;
  }
}

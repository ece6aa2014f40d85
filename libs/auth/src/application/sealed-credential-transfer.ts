import { type ForeignPasswords, InvalidInput } from '#kernel';
import { Subject } from '../domain/subject.js';
import { CredentialTransfer, type TransferredSubject } from '../facade.js';
import type { ForeignCredentials, ForeignPasswordsMark } from './foreign-ports.js';
import type { PasswordScheme, Subjects } from './ports.js';

const POINTER = '/passwordHash';

export class SealedCredentialTransfer extends CredentialTransfer {
  readonly #kids: readonly string[];

  constructor(
    private readonly subjects: Subjects,
    private readonly scheme: PasswordScheme,
    private readonly foreign: ForeignCredentials,
    private readonly passwords: ForeignPasswords,
    private readonly mark: ForeignPasswordsMark,
  ) {
    super();
    this.#kids = scheme.preHashes('').map(({ kid }) => kid);
  }

  accept(hash: string, customerId: string): string {
    const own = this.scheme.decode(hash);
    if (own && !this.#kids.includes(own.kid))
      throw InvalidInput.at(POINTER, 'password_hash.unknown_pepper', 'was made with a pepper that is not there');
    this.passwords.accept(own?.hash ?? hash, POINTER);
    return own ? hash : this.foreign.seal(hash, customerId);
  }

  async enrolAll(subjects: readonly TransferredSubject[]): Promise<void> {
    const isForeign = ({ credential }: TransferredSubject) => credential !== null && !this.scheme.decode(credential);
    if (subjects.some(isForeign)) await this.mark.set();
    const fresh = { roles: ['customer'], generation: 0, oneTime: false } as const;
    await this.subjects.addAll(
      subjects.map(({ names, ...state }) => ({ subject: Subject.restore({ ...state, ...fresh }), names })),
    );
  }

  async reveal(customerIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const revealed = new Map<string, string>();
    for (const subject of await this.subjects.byIds(customerIds)) {
      const { customerId, credential, oneTime } = subject.snapshot();
      if (credential === null || oneTime) continue;
      const own = this.scheme.decode(credential) && credential;
      const hash = own ?? this.foreign.open(credential, customerId);
      if (hash) revealed.set(customerId, hash);
    }
    return revealed;
  }
}

import { Credentials, type NewSubject, type PreHash } from '#auth';

/** Two peppers, `new` and `old`, that season nothing; keeps what the expensive hash was made of. */
export class PlainCredentials extends Credentials {
  readonly hashed: PreHash[] = [];
  /** Customers whose sessions have ended since they were enrolled, or who may not sign in. */
  readonly ended = new Set<string>();
  /** Runs before each expensive hash: to fail it, or to hold it up. */
  beforeHash: () => Promise<void> | void = () => undefined;

  override preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return [
      { kid: 'new', value: `new:${password}` },
      { kid: 'old', value: `old:${password}` },
    ];
  }

  override async hash(preHash: PreHash): Promise<string> {
    await this.beforeHash();
    this.hashed.push(preHash);
    return `hashed(${preHash.value})`;
  }

  override async enrol(_subject: NewSubject): Promise<void> {}

  override async isUnchangedSinceEnrolment(customerId: string): Promise<boolean> {
    return !this.ended.has(customerId);
  }

  override async setRoles(): Promise<void> {}

  override async hasRole(): Promise<boolean> {
    return false;
  }

  override async anyActiveHasRole(): Promise<boolean> {
    return false;
  }

  override async setStatus(): Promise<void> {}

  override async revokeSignIn(): Promise<void> {}

  override async restoreSignIn(): Promise<void> {}
}

import { Credentials, type NewSubject, type PreHash } from '#auth';

/** Credentials with two no-op peppers, `new` and `old`. Records the input of each expensive hash. */
export class PlainCredentials extends Credentials {
  readonly hashed: PreHash[] = [];
  /** Customers whose sessions have ended since enrolment, or who may not sign in. */
  readonly ended = new Set<string>();
  /** Runs before each expensive hash, to fail or delay it. */
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

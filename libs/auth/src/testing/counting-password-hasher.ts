import { HashingBusy, type HashPriority, PasswordHasher } from '#kernel';

/** Hashes at no cost, and keeps what it would have cost. */
export class CountingPasswordHasher extends PasswordHasher {
  /** One entry per expensive hash. */
  readonly paid: { readonly work: 'hash' | 'verify'; readonly priority: HashPriority }[] = [];

  /** There is no room for anybody. */
  isFull = false;

  override refuseWhenFull(): void {
    if (this.isFull) throw new HashingBusy();
  }

  override async hash(preHash: string, priority: HashPriority): Promise<string> {
    this.paid.push({ work: 'hash', priority });
    return `hashed(${preHash})`;
  }

  override async verify(preHash: string, hash: string, priority: HashPriority): Promise<boolean> {
    this.paid.push({ work: 'verify', priority });
    return hash === `hashed(${preHash})`;
  }

  override async verifyNobody(preHash: string, priority: HashPriority): Promise<false> {
    await this.verify(preHash, '', priority);
    return false;
  }

  override isOutdated(): boolean {
    return false;
  }
}

import { HashingBusy, type HashOwner, type HashPriority, type HashTicket, PasswordHasher } from '#kernel';

/** Fake hashes; records the calls. */
export class CountingPasswordHasher extends PasswordHasher {
  /** One entry per expensive hash. */
  readonly calls: { readonly work: 'hash' | 'verify'; readonly priority: HashPriority }[] = [];
  /** The owner of each hash, in call order. */
  readonly owners: HashOwner[] = [];

  /** Whether hashing has no capacity. */
  isFull = false;

  override assertCapacity(): void {
    if (this.isFull) throw new HashingBusy();
  }

  override async hash(preHash: string, ticket: HashTicket): Promise<string> {
    this.#recordCall('hash', ticket);
    return `hashed(${preHash})`;
  }

  override async verify(preHash: string, hash: string, ticket: HashTicket): Promise<boolean> {
    this.#recordCall('verify', ticket);
    return hash === `hashed(${preHash})`;
  }

  override async verifyDummy(preHash: string, ticket: HashTicket): Promise<false> {
    await this.verify(preHash, '', ticket);
    return false;
  }

  override isOutdated(): boolean {
    return false;
  }

  #recordCall(work: 'hash' | 'verify', { priority, source, customerId }: HashTicket): void {
    this.calls.push({ work, priority });
    this.owners.push({ source, customerId });
  }
}

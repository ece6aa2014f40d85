import { HashingBusy, type HashOwner, type HashPriority, type HashTicket, PasswordHasher } from '#kernel';

/** Hashes at no cost, and keeps what it would have cost. */
export class CountingPasswordHasher extends PasswordHasher {
  /** One entry per expensive hash. */
  readonly calls: { readonly work: 'hash' | 'verify'; readonly priority: HashPriority }[] = [];
  /** For whom, hash by hash. */
  readonly owners: HashOwner[] = [];

  /** There is no room for anybody. */
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

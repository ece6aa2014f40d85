import { SignInNames } from '#auth';
import { type Participant, restoring } from '#kernel/testing';

/** Stores the customer id by hash of the sign-in name. */
export class InMemorySignInNames extends SignInNames implements Participant {
  readonly customerIdByHash = new Map<string, string>();

  override async add(customerId: string, hash: string): Promise<void> {
    if (this.customerIdByHash.has(hash)) throw new Error(`${hash} is a name of ${this.customerIdByHash.get(hash)}`);
    this.customerIdByHash.set(hash, customerId);
  }

  override async remove(customerId: string, hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) if (this.customerIdByHash.get(hash) === customerId) this.customerIdByHash.delete(hash);
  }

  checkpoint(): () => void {
    return restoring(this.customerIdByHash);
  }
}

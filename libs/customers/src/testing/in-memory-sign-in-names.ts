import { SignInNames } from '#auth';
import { type Participant, restoring } from '#kernel/testing';

/** Who signs in with which hash. */
export class InMemorySignInNames extends SignInNames implements Participant {
  readonly ids = new Map<string, string>();

  override async add(customerId: string, hash: string): Promise<void> {
    if (this.ids.has(hash)) throw new Error(`${hash} is a name of ${this.ids.get(hash)}`);
    this.ids.set(hash, customerId);
  }

  override async remove(customerId: string, hashes: readonly string[]): Promise<void> {
    for (const hash of hashes) if (this.ids.get(hash) === customerId) this.ids.delete(hash);
  }

  checkpoint(): () => void {
    return restoring(this.ids);
  }
}

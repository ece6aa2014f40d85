import type { UnitOfWork } from '#kernel';
import type { RegistrationKeys } from '../application/ports.js';

export const times = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

export interface RegistrationKeysUnderTest {
  readonly keys: RegistrationKeys;
  readonly work: UnitOfWork;
  drop(): Promise<void>;
}

/** State shared by the parts of the contract. */
export class RegistrationKeysFixture {
  declare under: RegistrationKeysUnderTest;
  /** Fresh for every test. */
  declare identifier: string;

  get keys(): RegistrationKeys {
    return this.under.keys;
  }

  readonly hold = (proposed: string, lost: string | null = null, hashes = [this.identifier]) =>
    this.under.work.run(() => this.keys.lockAndIncrement(hashes, proposed, lost));
  readonly find = () => this.keys.find([this.identifier]);
}

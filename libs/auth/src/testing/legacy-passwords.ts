import { InvalidInput, LegacyPasswords } from '#kernel';
import { LegacyHashFlag, LegacyHashSealer } from '../application/legacy-password-ports.js';

/** Accepts hashes of the form `theirs(<password>)`, and counts comparisons. */
export class PlainLegacyPasswords extends LegacyPasswords {
  comparisons = 0;

  override accept(hash: string, pointer: string): void {
    if (!/^theirs\(|^hashed\(/.test(hash)) throw InvalidInput.at(pointer, 'password_hash.unknown', 'is not known');
  }

  override async verify(password: string, hash: string): Promise<boolean> {
    this.comparisons++;
    return hash === `theirs(${password})`;
  }
}

/** Prefixes the hash instead of encrypting it. */
export class PlainLegacyHashSealer extends LegacyHashSealer {
  override seal(hash: string, customerId: string): string {
    return `f1$${customerId}$${hash}`;
  }

  override open(credential: string, customerId: string): string | undefined {
    const prefix = `f1$${customerId}$`;
    return credential.startsWith(prefix) ? credential.slice(prefix.length) : undefined;
  }
}

export class InMemoryLegacyHashFlag extends LegacyHashFlag {
  isOn = false;

  override async set(): Promise<void> {
    this.isOn = true;
  }

  override async isSet(): Promise<boolean> {
    return this.isOn;
  }
}

import { ForeignPasswords, InvalidInput } from '#kernel';
import { ForeignCredentials, ForeignPasswordsMark } from '../application/foreign-ports.js';

/** Knows the hashes `theirs(<password>)`, and counts what comparisons would have cost. */
export class PlainForeignPasswords extends ForeignPasswords {
  paid = 0;

  override accept(hash: string, pointer: string): void {
    if (!/^theirs\(|^hashed\(/.test(hash)) throw InvalidInput.at(pointer, 'password_hash.unknown', 'is not known');
  }

  override async verify(password: string, hash: string): Promise<boolean> {
    this.paid++;
    return hash === `theirs(${password})`;
  }
}

/** Seals with nothing. */
export class PlainForeignCredentials extends ForeignCredentials {
  override seal(hash: string, customerId: string): string {
    return `f1$${customerId}$${hash}`;
  }

  override open(credential: string, customerId: string): string | undefined {
    const before = `f1$${customerId}$`;
    return credential.startsWith(before) ? credential.slice(before.length) : undefined;
  }
}

export class InMemoryForeignPasswordsMark extends ForeignPasswordsMark {
  marked = false;

  override async set(): Promise<void> {
    this.marked = true;
  }

  override async isSet(): Promise<boolean> {
    return this.marked;
  }
}

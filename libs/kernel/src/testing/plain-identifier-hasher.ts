import { createHash } from 'node:crypto';
import { IdentifierHasher, type Keyed } from '../index.js';

/** Hashes with two public keys, `new` and `old`. */
export class PlainIdentifierHasher extends IdentifierHasher {
  /** The writing key. */
  writer: 'new' | 'old' = 'new';

  override hash({ key }: Keyed): string {
    return hashed(this.writer, key);
  }

  override candidates({ key }: Keyed): readonly string[] {
    return [hashed(this.writer, key), hashed(this.writer === 'new' ? 'old' : 'new', key)];
  }
}

/** @param key of an identifier, for example `email:mia@example.org` */
export const hashed = (kid: 'new' | 'old', key: string): string =>
  createHash('sha256').update(`${kid} ${key}`).digest('hex');

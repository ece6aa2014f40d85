import { createHash } from 'node:crypto';
import { IdentifierHasher, type Keyed } from '../index.js';

/** Two keys, `new` and `old`, that are no secret. */
export class PlainIdentifierHasher extends IdentifierHasher {
  /** The key that writes. */
  writer: 'new' | 'old' = 'new';

  override hash({ key }: Keyed): string {
    return hashed(this.writer, key);
  }

  override candidates({ key }: Keyed): readonly string[] {
    return [hashed(this.writer, key), hashed(this.writer === 'new' ? 'old' : 'new', key)];
  }
}

/** @param key of an identifier, as in `email:mia@example.org` */
export const hashed = (kid: 'new' | 'old', key: string): string =>
  createHash('sha256').update(`${kid} ${key}`).digest('hex');

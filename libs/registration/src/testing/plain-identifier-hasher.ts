import { createHash } from 'node:crypto';
import { type Cpf, type Identifier, IdentifierHasher } from '#kernel';

/** Two keys, `new` and `old`, that are no secret. */
export class PlainIdentifierHasher extends IdentifierHasher {
  override hash(identifier: Identifier | Cpf): string {
    return hashed('new', identifier);
  }

  override candidates(identifier: Identifier | Cpf): readonly string[] {
    return [hashed('new', identifier), hashed('old', identifier)];
  }
}

const hashed = (kid: string, { key }: Identifier | Cpf): string =>
  createHash('sha256').update(`${kid} ${key}`).digest('hex');

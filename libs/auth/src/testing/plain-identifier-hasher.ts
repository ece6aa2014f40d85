import { type Cpf, type Identifier, IdentifierHasher } from '#kernel';

/** Two keys, `new` and `old`, that hide nothing but dots: hexadecimal has none. */
export class PlainIdentifierHasher extends IdentifierHasher {
  /** The key that writes. */
  writer: 'new' | 'old' = 'new';

  override hash({ key }: Identifier | Cpf): string {
    return `${this.writer} ${key.replaceAll('.', ' dot ')}`;
  }

  override candidates(identifier: Identifier | Cpf): readonly string[] {
    const written = this.hash(identifier);
    return [written, written.replace(/^\w+/, this.writer === 'new' ? 'old' : 'new')];
  }
}

import { type Cpf, type Identifier, IdentifierHasher } from '#kernel';

/** Two keys, `new` and `old`, that hide nothing. */
export class PlainIdentifierHasher extends IdentifierHasher {
  override hash(identifier: Identifier | Cpf): string {
    return `new ${identifier.key}`;
  }

  override candidates(identifier: Identifier | Cpf): readonly string[] {
    return [this.hash(identifier), `old ${identifier.key}`];
  }
}

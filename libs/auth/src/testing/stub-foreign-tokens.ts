import { type ForeignClaims, ForeignTokens } from '../application/link-ports.js';

/** Knows what it is told. */
export class StubForeignTokens extends ForeignTokens {
  readonly known = new Map<string, ForeignClaims>();

  override async verify(token: string): Promise<ForeignClaims | undefined> {
    return this.known.get(token);
  }
}

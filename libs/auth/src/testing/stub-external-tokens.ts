import { type ExternalTokenClaims, ExternalTokens } from '../application/linked-identity-ports.js';

/** Verifies the tokens in `known`. */
export class StubExternalTokens extends ExternalTokens {
  readonly known = new Map<string, ExternalTokenClaims>();

  override async verify(token: string): Promise<ExternalTokenClaims | undefined> {
    return this.known.get(token);
  }
}

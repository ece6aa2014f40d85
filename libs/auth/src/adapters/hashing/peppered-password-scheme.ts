import { PasswordPepper } from '#platform/passwords';
import { PasswordScheme } from '../../application/ports.js';
import type { PreHash } from '../../facade.js';

export class PepperedPasswordScheme extends PasswordScheme {
  constructor(private readonly pepper: PasswordPepper) {
    super();
  }

  preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    const [first, ...others] = this.pepper.preHashes(password);
    if (first === undefined) throw new Error('PASSWORD_PEPPER has no key');
    return [first, ...others];
  }

  encode(kid: string, hash: string): string {
    return this.pepper.encode(kid, hash);
  }

  decode(credential: string): { readonly kid: string; readonly hash: string } | undefined {
    return this.pepper.decode(credential);
  }
}

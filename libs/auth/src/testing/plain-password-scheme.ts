import { PasswordScheme } from '../application/ports.js';
import type { PreHash } from '../facade.js';

/** Two peppers, `new` and `old`, without a MAC. */
export class PlainPasswordScheme extends PasswordScheme {
  override preHashes(password: string): readonly [PreHash, ...PreHash[]] {
    return [
      { kid: 'new', value: `new:${password}` },
      { kid: 'old', value: `old:${password}` },
    ];
  }

  override encode(kid: string, hash: string): string {
    return `v2$${kid}$${hash}`;
  }

  override decode(credential: string): { readonly kid: string; readonly hash: string } | undefined {
    const [version, kid, hash] = credential.split('$');
    return version === 'v2' && kid !== undefined && hash !== undefined ? { kid, hash } : undefined;
  }
}

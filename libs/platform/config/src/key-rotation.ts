import { generateSigningKey, type SigningJwk } from './signing-key.js';

/** Minimum time between two steps: every process has to be restarted in between. */
export const RESTART_WINDOW_SECONDS = 300;
/** How long clients may cache the published keys (`Cache-Control` of the JWKS). */
export const JWKS_CACHE_SECONDS = 300;
/** Maximum lifetime of an access token. */
const MAX_ACCESS_TOKEN_SECONDS = 900;

const PUBLICATION_DELAY_SECONDS = JWKS_CACHE_SECONDS + RESTART_WINDOW_SECONDS;
const RETIREMENT_DELAY_SECONDS = MAX_ACCESS_TOKEN_SECONDS + RESTART_WINDOW_SECONDS;

export type KeyRotationStep =
  /** `keys` is the next value of the setting. The following step is due at `next`, if there is one. */
  | {
      readonly did: 'publish' | 'sign' | 'drop';
      readonly kid: string;
      readonly keys: readonly SigningJwk[];
      readonly next?: Date;
    }
  | { readonly did: 'nothing'; readonly why: 'too_early'; readonly waitsFor: 'sign' | 'drop'; readonly next: Date }
  | { readonly did: 'nothing'; readonly why: 'unknown_age'; readonly kid: string };

/**
 * Computes the next step of a key rotation: publish a new key behind the signing key, let it sign, drop the old key when its
 * last token has expired. No step happens before every process and every JWKS client knows the new key.
 */
export function planKeyRotation(keys: readonly SigningJwk[], now: Date): KeyRotationStep {
  const [signing, ...others] = keys;
  if (!signing) throw new Error('the JWK set has no keys');
  const seconds = Math.floor(now.getTime() / 1000);
  const later = (wait: number) => new Date((seconds + wait) * 1000);

  const retired = others.find((key) => key.exp !== undefined);
  if (retired?.exp !== undefined) {
    if (seconds < retired.exp) return tooEarly('drop', retired.exp);
    return { did: 'drop', kid: retired.kid, keys: keys.filter((key) => key !== retired) };
  }
  const unknown = others.find((key) => key.iat === undefined);
  if (unknown) return { did: 'nothing', why: 'unknown_age', kid: unknown.kid };
  const published = others.find((key) => (key.iat ?? 0) >= (signing.iat ?? 0));
  if (published?.iat !== undefined) {
    if (seconds < published.iat + PUBLICATION_DELAY_SECONDS)
      return tooEarly('sign', published.iat + PUBLICATION_DELAY_SECONDS);
    const rest = others.filter((key) => key !== published);
    const old = { ...signing, exp: seconds + RETIREMENT_DELAY_SECONDS };
    return { did: 'sign', kid: published.kid, keys: [published, ...rest, old], next: later(RETIREMENT_DELAY_SECONDS) };
  }
  // Someone moved the signing key to the front by hand: nothing records when the other keys stopped signing.
  if (others.length > 0) {
    const stamped = others.map((key) => ({ ...key, exp: seconds + RETIREMENT_DELAY_SECONDS }));
    return { did: 'sign', kid: signing.kid, keys: [signing, ...stamped], next: later(RETIREMENT_DELAY_SECONDS) };
  }
  const fresh = generateSigningKey(now, signing.alg);
  return { did: 'publish', kid: fresh.kid, keys: [...keys, fresh], next: later(PUBLICATION_DELAY_SECONDS) };
}

const tooEarly = (waitsFor: 'sign' | 'drop', at: number): KeyRotationStep => ({
  did: 'nothing',
  why: 'too_early',
  waitsFor,
  next: new Date(at * 1000),
});

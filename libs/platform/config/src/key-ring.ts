import type { SettingsReader } from './settings-reader.js';

/** A named secret. The first secret of a ring writes; all of them read. */
export interface RingKey {
  readonly kid: string;
  readonly secret: string;
}
export type KeyRing = readonly [RingKey, ...RingKey[]];

const NAMED_SECRET = /^([A-Za-z0-9_-]{1,16}):(.*)$/s;
const MIN_SECRET_LENGTH = 32;

/**
 * Parses `value` or `kid:value,kid:value`. A value without a name has the kid `0`, so naming it `0:` later changes nothing.
 * Names are 1–16 of `[A-Za-z0-9_-]`; values have at least 32 characters and no comma.
 */
export function readKeyRing(reader: SettingsReader, name: string): KeyRing | undefined {
  const keys = reader.list(name).map((part): RingKey => {
    const named = NAMED_SECRET.exec(part);
    return named ? { kid: named[1] ?? '', secret: named[2] ?? '' } : { kid: '0', secret: part };
  });
  if (keys.some((key) => key.secret.length < MIN_SECRET_LENGTH)) {
    reader.addProblem(name, `must have at least ${MIN_SECRET_LENGTH} characters`);
    return undefined;
  }
  if (new Set(keys.map((key) => key.kid)).size < keys.length) {
    reader.addProblem(name, 'names a key twice');
    return undefined;
  }
  const [first, ...others] = keys;
  return first === undefined ? undefined : [first, ...others];
}

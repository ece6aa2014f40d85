import { InvalidInput } from '#kernel';

export type Attributes = Readonly<Record<string, unknown>>;

const MOST_BYTES = 4_096;

/** RFC 7396: null takes a member away, an object changes what is in it, everything else takes the place of what was there. */
export function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

/** @throws InvalidInput when they are too many to keep, or not every database would give them back as they came */
export function acceptAttributes(attributes: unknown): Attributes {
  const accepted = isObject(attributes) ? attributes : {};
  if (!isKept(accepted))
    throw InvalidInput.at('/attributes', 'attributes.characters', 'must have no NUL, half character or endless number');
  if (new TextEncoder().encode(JSON.stringify(accepted)).length > MOST_BYTES)
    throw InvalidInput.at('/attributes', 'attributes.too_large', `must have at most ${MOST_BYTES} bytes as JSON`);
  return accepted;
}

/** RFC 7493, 2.1 and 2.2; PostgreSQL takes neither NUL nor half of a surrogate pair, and JSON knows no Infinity. */
function isKept(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isKept);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { InvalidInput } from '#kernel';

export type Attributes = Readonly<Record<string, unknown>>;

const MAX_ATTRIBUTES_BYTES = 4_096;

/** RFC 7396: null removes a member, an object is merged, any other value replaces the target. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = applyMergePatch(merged[name], value);
  }
  return merged;
}

/** @throws InvalidInput when the attributes are too large, or a database could not return them unchanged */
export function validateAttributes(attributes: unknown): Attributes {
  const accepted = isObject(attributes) ? attributes : {};
  if (!isStorable(accepted))
    throw InvalidInput.at('/attributes', 'attributes.characters', 'must have no NUL, half character or endless number');
  if (new TextEncoder().encode(JSON.stringify(accepted)).length > MAX_ATTRIBUTES_BYTES)
    throw InvalidInput.at(
      '/attributes',
      'attributes.too_large',
      `must have at most ${MAX_ATTRIBUTES_BYTES} bytes as JSON`,
    );
  return accepted;
}

/** RFC 7493, 2.1 and 2.2: PostgreSQL rejects NUL and unpaired surrogates, and JSON has no Infinity. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0');
  if (typeof value === 'number') return Number.isFinite(value);
  return typeof value !== 'object' || value === null || Object.entries(value).flat().every(isStorable);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

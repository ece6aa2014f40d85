import type { CustomerState } from '../../domain/customer.js';

const COMPARED_FIELDS = ['email', 'phone', 'firstName', 'lastName', 'market', 'locale'] as const;

/**
 * Where somebody who is imported differs from who is there, as a JSON pointer; null: nowhere. What the line does not say is not
 * looked at.
 */
export function findImportDifference(
  existing: CustomerState,
  imported: CustomerState,
  specified: { readonly status: boolean; readonly createdAt: boolean },
): string | null {
  const name = COMPARED_FIELDS.find((one) => existing[one] !== imported[one]);
  if (name) return `/${name}`;
  if (existing.document?.number !== imported.document?.number) return '/document';
  if (toSortedJson(existing.attributes) !== toSortedJson(imported.attributes)) return '/attributes';
  if (specified.status && existing.status !== imported.status) return '/status';
  return specified.createdAt && existing.createdAt.getTime() !== imported.createdAt.getTime() ? '/createdAt' : null;
}

/** Databases keep the members of an object in an order of their own. */
const toSortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

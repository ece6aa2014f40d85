import type { CustomerState } from '../../domain/customer.js';

const COMPARED_FIELDS = ['email', 'phone', 'firstName', 'lastName', 'market', 'locale'] as const;

/**
 * Returns the JSON pointer of the first field that differs from the existing customer, or null. Fields that the line does not
 * specify are not compared.
 */
export function findImportDifference(
  existing: CustomerState,
  imported: CustomerState,
  specified: { readonly status: boolean; readonly createdAt: boolean },
): string | null {
  const name = COMPARED_FIELDS.find((field) => existing[field] !== imported[field]);
  if (name) return `/${name}`;
  if (existing.document?.number !== imported.document?.number) return '/document';
  if (toSortedJson(existing.attributes) !== toSortedJson(imported.attributes)) return '/attributes';
  if (specified.status && existing.status !== imported.status) return '/status';
  return specified.createdAt && existing.createdAt.getTime() !== imported.createdAt.getTime() ? '/createdAt' : null;
}

/** Databases do not preserve the order of object keys. */
const toSortedJson = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

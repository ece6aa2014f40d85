import type { CustomerState } from '../domain/customer.js';

const NAMES = ['email', 'phone', 'firstName', 'lastName', 'market', 'locale'] as const;

/**
 * Where somebody who is imported differs from who is there, as a JSON pointer; null: nowhere. What the line does not say is not
 * looked at.
 */
export function difference(
  there: CustomerState,
  line: CustomerState,
  says: { readonly status: boolean; readonly createdAt: boolean },
): string | null {
  const name = NAMES.find((one) => there[one] !== line[one]);
  if (name) return `/${name}`;
  if (there.document?.number !== line.document?.number) return '/document';
  if (sorted(there.attributes) !== sorted(line.attributes)) return '/attributes';
  if (says.status && there.status !== line.status) return '/status';
  return says.createdAt && there.createdAt.getTime() !== line.createdAt.getTime() ? '/createdAt' : null;
}

/** Databases keep the members of an object in an order of their own. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

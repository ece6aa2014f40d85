import { Customer, type CustomerState } from '../../domain/customer.js';

/** Derived columns for list queries. Every write updates them. */
export interface SearchColumns {
  readonly standing: 'active' | 'suspended' | 'deleted' | 'erased';
  readonly lastNameKey: string | null;
}

/** In characters. */
export const LAST_NAME_KEY_LENGTH = 200;

/** Folds upper and lower case and compatibility characters. */
export const foldName = (name: string): string =>
  name.normalize('NFKC').toLowerCase().slice(0, LAST_NAME_KEY_LENGTH).toWellFormed();

export const searchColumnsOf = (state: CustomerState): SearchColumns => ({
  standing: searchStatusOf(state),
  lastNameKey: state.lastName === null ? null : foldName(state.lastName),
});

function searchStatusOf(state: CustomerState): SearchColumns['standing'] {
  if (state.deletedAt === null) return state.status;
  return Customer.fromSnapshot(state).isErased ? 'erased' : 'deleted';
}

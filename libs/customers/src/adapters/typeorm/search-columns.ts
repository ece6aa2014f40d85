import { Customer, type CustomerState } from '../../domain/customer.js';

/** What a customer is found by in lists. Derived, and written with every write. */
export interface SearchColumns {
  readonly standing: 'active' | 'suspended' | 'deleted' | 'erased';
  readonly lastNameKey: string | null;
}

/** Characters. */
export const LAST_NAME_KEY_LENGTH = 200;

/** The same for every spelling in capitals, small letters and compatibility characters. */
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

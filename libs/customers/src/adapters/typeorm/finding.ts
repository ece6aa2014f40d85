import { Customer, type CustomerState } from '../../domain/customer.js';

/** What a customer is found by in lists. Derived, and written with every write. */
export interface FindingColumns {
  readonly standing: 'active' | 'suspended' | 'deleted' | 'erased';
  readonly lastNameKey: string | null;
}

/** Characters. */
export const LAST_NAME_KEY = 200;

/** The same for every spelling in capitals, small letters and compatibility characters. */
export const foldedName = (name: string): string =>
  name.normalize('NFKC').toLowerCase().slice(0, LAST_NAME_KEY).toWellFormed();

export const findingColumns = (state: CustomerState): FindingColumns => ({
  standing: standingOf(state),
  lastNameKey: state.lastName === null ? null : foldedName(state.lastName),
});

function standingOf(state: CustomerState): FindingColumns['standing'] {
  if (state.deletedAt === null) return state.status;
  return Customer.restore(state).isErased ? 'erased' : 'deleted';
}

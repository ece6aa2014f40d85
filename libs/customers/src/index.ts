export { IdentifierTaken } from './domain/errors.js';
export {
  type AnnouncedCustomer,
  CustomerCreatedV1,
  CustomerDeletedV1,
  CustomerErasedV1,
  CustomerReactivatedV1,
  CustomerRestoredV1,
  CustomerRolesChangedV1,
  CustomerSuspendedV1,
  CustomerUpdatedV1,
} from './events.js';
export {
  Administrators,
  type Appointed,
  CustomerDirectory,
  CustomerExport,
  CustomerImport,
  type CustomerView,
  type FileProgress,
  type IdentifierMove,
  IdentifierWatcher,
  IdentifierWatchers,
  type ImportSummary,
  type Newcomer,
  type Standing,
} from './facade.js';

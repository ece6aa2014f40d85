export { IdentifierTaken } from './domain/errors.js';
export {
  CustomerCreatedV1,
  CustomerDeletedV1,
  CustomerErasedV1,
  type CustomerEventData,
  CustomerReactivatedV1,
  CustomerRestoredV1,
  CustomerRolesChangedV1,
  CustomerSuspendedV1,
  CustomerUpdatedV1,
} from './events.js';
export {
  Administrators,
  type AppointedAdministrator,
  CustomerDirectory,
  CustomerExport,
  CustomerImport,
  type CustomerView,
  type FileProgress,
  type IdentifierAssignment,
  IdentifierAssignmentListener,
  IdentifierAssignmentListeners,
  type IdentifierAvailability,
  type ImportSummary,
  type NewCustomer,
} from './facade.js';

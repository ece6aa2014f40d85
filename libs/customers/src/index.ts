export { IdentifierTaken } from './domain/errors.js';
export {
  type CustomerEventData,
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
  type AppointedAdministrator,
  CustomerDirectory,
  CustomerExport,
  CustomerImport,
  type CustomerView,
  type FileProgress,
  type IdentifierAssignment,
  IdentifierAssignmentListener,
  IdentifierAssignmentListeners,
  type ImportSummary,
  type NewCustomer,
  type IdentifierAvailability,
} from './facade.js';

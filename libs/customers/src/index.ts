export { IdentifierTaken } from './domain/errors.js';
export { type AnnouncedCustomer, CustomerCreatedV1 } from './events.js';
export {
  Administrators,
  type Appointed,
  CustomerDirectory,
  type CustomerView,
  type Newcomer,
  type Standing,
} from './facade.js';

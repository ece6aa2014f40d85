export { AfterCommit } from './after-commit.js';
export { type AuditEntry, type AuditFilter, AuditLog, AuditTrail, type RecordedEntry } from './audit-trail.js';
export { Clock } from './clock.js';
export { ConcurrencyLimit } from './concurrency-limit.js';
export { type Allowance, Counters, type ReservationResult, spreadOverDay } from './counters.js';
export { Cpf } from './cpf.js';
export { DomainError, type ErrorKind, type Fault, InvalidInput, Overloaded, Unavailable } from './domain-error.js';
export { Email } from './email.js';
export { type ConsumedEvent, type EventClass, type EventContract, eventOf } from './event-contract.js';
export { EventErasure } from './event-erasure.js';
export { consistsOfWords, isVariationOfCommon, passwordWordsOf, passwordWordsOfHost } from './guessable-passwords.js';
export { type Identifier, parseIdentifier } from './identifier.js';
export { IdentifierHasher, type Keyed } from './identifier-hasher.js';
export { Ids, isUuid, momentOf, uuidFromHash, uuidv7 } from './ids.js';
export { AlreadyHandled, Inbox } from './inbox.js';
export { type Arrival, EventSubscriber, type IncomingEvent } from './incoming-event.js';
export { AlreadyPublished, IntegrationEvent, Outbox } from './integration-event.js';
export { LegacyPasswords } from './legacy-passwords.js';
export { normalisePassword } from './normalise-password.js';
export { type Page, type PagePosition, type PageRequest, toPage } from './page.js';
export {
  BACKGROUND_HASH,
  HashingBusy,
  type HashOwner,
  type HashPriority,
  type HashTicket,
  PasswordHasher,
} from './password-hasher.js';
export { PasswordPolicy } from './password-policy.js';
export { parsePersonName } from './person-name.js';
export { isCountry, PhoneNumber } from './phone-number.js';
export { readPages } from './read-pages.js';
export { type JsonSchema, type Shape, shape, type TypeOf } from './shape.js';
export { TransactionConflict, UnitOfWork } from './unit-of-work.js';

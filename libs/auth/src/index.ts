export { LoginLimited, PasswordWrong } from './domain/errors.js';
export { type Revocation, RevocationList } from './domain/revocation-list.js';
export { LoggedInV1, PasswordChangedV1, SessionRevokedV1 } from './events.js';
export {
  type AccountChange,
  AccountChangeListener,
  AccountChangeListeners,
  Credentials,
  CredentialTransfer,
  deviceCookie,
  type ImportedSubject,
  type NewSubject,
  type PreHash,
  Reauthentication,
  type ReauthenticationOutcome,
  type Role,
  SignInNames,
  type SignInRecord,
  SignInRecords,
  SignIns,
  SignInTries,
  type SignInTry,
  SubjectErasure,
  type TokenSet,
  toTokenResponse,
} from './facade.js';

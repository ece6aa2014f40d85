export { type Revocation, RevocationList } from './domain/revocation-list.js';
export { LoggedInV1, PasswordChangedV1, SessionRevokedV1 } from './events.js';
export {
  Credentials,
  type NewSubject,
  type PreHash,
  type Role,
  SignIns,
  type TokenSet,
  tokenResponse,
} from './facade.js';

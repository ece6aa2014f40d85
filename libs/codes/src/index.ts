export {
  type ClaimResult,
  type CodeAddress,
  type CodePurpose,
  type CodeStatus,
  Codes,
  type GuessCharge,
  GuessErasure,
  type IssuedCode,
  MessageCode,
} from './facade.js';

export {
  type Claim,
  type CodeAddress,
  type CodePurpose,
  type CodeStatus,
  Codes,
  type GuessCharge,
  GuessErasure,
  type IssuedCode,
} from './facade.js';

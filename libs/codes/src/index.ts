export {
  type Claim,
  type CodeAddress,
  type CodePurpose,
  type CodeStatus,
  Codes,
  type GuessCharge,
  type IssuedCode,
} from './facade.js';

export { type Claim, type CodeAddress, type CodePurpose, type CodeStatus, Codes, type IssuedCode } from './facade.js';

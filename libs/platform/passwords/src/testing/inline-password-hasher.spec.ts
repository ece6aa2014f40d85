import { passwordHasherContract } from '../password-hasher.contract.js';
import { InlinePasswordHasher } from './inline-password-hasher.js';

passwordHasherContract('InlinePasswordHasher', (cost) => new InlinePasswordHasher(cost));

import { passwordHasherContract } from '../hashing/password-hasher.contract.js';
import { InlinePasswordHasher } from './inline-password-hasher.js';

passwordHasherContract('InlinePasswordHasher', (cost) => new InlinePasswordHasher(cost));

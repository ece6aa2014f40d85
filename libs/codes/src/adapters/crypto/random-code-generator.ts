import { randomInt } from 'node:crypto';
import { CodeGenerator } from '../../application/ports.js';

/** Uses a CSPRNG over the whole range (OWASP ASVS 6.5.3). */
export class RandomCodeGenerator extends CodeGenerator {
  generateDigits(length: number): string {
    return String(randomInt(10 ** length)).padStart(length, '0');
  }
}

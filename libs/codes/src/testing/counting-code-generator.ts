import { CodeGenerator } from '../application/ports.js';

/** `0001`, `0002`, … */
export class CountingCodeGenerator extends CodeGenerator {
  #last = 0;

  override generateDigits(length: number): string {
    return String(++this.#last).padStart(length, '0');
  }
}

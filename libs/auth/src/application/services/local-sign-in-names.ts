import { SignInNames } from '../../facade.js';
import type { Subjects } from '../ports.js';

export class LocalSignInNames extends SignInNames {
  constructor(private readonly subjects: Subjects) {
    super();
  }

  add(customerId: string, hash: string): Promise<void> {
    return this.subjects.addIdentifier(customerId, hash);
  }

  remove(customerId: string, hashes: readonly string[]): Promise<void> {
    return this.subjects.removeIdentifier(customerId, hashes);
  }
}

import { DomainError } from '#kernel';
import { FailedLoginLimiter } from '../application/ports.js';

class TooManyFailures extends DomainError {
  readonly code = 'request.too_many';
  readonly kind = 'too_many';
}

/** Counts the failed sign-ins of each address. */
export class InMemoryFailedLoginLimiter extends FailedLoginLimiter {
  readonly counted = new Map<string, number>();
  max = 300;

  override async countFailure(address: string) {
    const before = this.counted.get(address) ?? 0;
    if (before >= this.max) throw new TooManyFailures('Too many failed sign-ins.');
    this.counted.set(address, before + 1);
    const release = async () => void this.counted.set(address, (this.counted.get(address) ?? 0) - 1);
    return { release };
  }
}

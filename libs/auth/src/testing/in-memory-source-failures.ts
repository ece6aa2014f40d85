import { DomainError } from '#kernel';
import { SourceFailures } from '../application/ports.js';

class TooManyFailures extends DomainError {
  readonly code = 'request.too_many';
  readonly kind = 'too_many';
}

/** Counts the failed sign-ins of each address. */
export class InMemorySourceFailures extends SourceFailures {
  readonly counted = new Map<string, number>();
  most = 300;

  override async count(address: string) {
    const before = this.counted.get(address) ?? 0;
    if (before >= this.most) throw new TooManyFailures('Too many failed sign-ins.');
    this.counted.set(address, before + 1);
    const giveBack = async () => void this.counted.set(address, (this.counted.get(address) ?? 0) - 1);
    return { giveBack };
  }
}

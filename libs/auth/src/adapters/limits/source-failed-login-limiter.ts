import { Injectable } from '@nestjs/common';
import { type Counted, SourceLimits } from '#platform/rate-limits';
import { FailedLoginLimiter } from '../../application/ports.js';

/** Counted here, half as many, while the counts of all processes cannot be reached: sign-in works without Redis. */
@Injectable()
export class SourceFailedLoginLimiter extends FailedLoginLimiter {
  constructor(private readonly limits: SourceLimits) {
    super();
  }

  countFailure(address: string): Promise<Counted> {
    return this.limits.count('wrongLoginsPerSource', address, 'count here');
  }
}

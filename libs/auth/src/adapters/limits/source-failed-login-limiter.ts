import { Injectable } from '@nestjs/common';
import { ClientNetworkLimits, type RateLimitReservation } from '#platform/rate-limits';
import { FailedLoginLimiter } from '../../application/ports.js';

/** While the shared counters are unavailable, counts in this process with half the limit: sign-in works without Redis. */
@Injectable()
export class SourceFailedLoginLimiter extends FailedLoginLimiter {
  constructor(private readonly limits: ClientNetworkLimits) {
    super();
  }

  countFailure(address: string): Promise<RateLimitReservation> {
    return this.limits.reserve('wrongLoginsPerSource', address, 'count here');
  }
}

import { Injectable } from '@nestjs/common';
import { ClientNetworkLimits, type RateLimitReservation } from '#platform/rate-limits';
import { FailedLoginLimiter } from '../../application/ports.js';

/** Counted here, half as many, while the counts of all processes cannot be reached: sign-in works without Redis. */
@Injectable()
export class SourceFailedLoginLimiter extends FailedLoginLimiter {
  constructor(private readonly limits: ClientNetworkLimits) {
    super();
  }

  countFailure(address: string): Promise<RateLimitReservation> {
    return this.limits.reserve('wrongLoginsPerSource', address, 'count here');
  }
}

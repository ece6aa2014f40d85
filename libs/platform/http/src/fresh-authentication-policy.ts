import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { ReauthenticationRequired } from './http-errors.js';

/** Maximum age of the authentication for an operation that cannot be undone or that gives access to an account. */
export const MAX_AUTHENTICATION_AGE_SECONDS = 300;

interface Bearer {
  /** Seconds since 1970; null when the token has no such claim. */
  readonly authTime: number | null;
}

/** Step-up authentication (RFC 9470): a valid token may be based on an authentication that is too old for the operation. */
@Injectable()
export class FreshAuthenticationPolicy {
  constructor(private readonly clock: Clock) {}

  /** @throws ReauthenticationRequired */
  assertFresh({ authTime }: Bearer): void {
    const now = this.clock.now().getTime() / 1_000;
    // Clocks of replicas differ, so `auth_time` may be in the future, by at most the same duration.
    const isFresh = authTime !== null && Math.abs(now - authTime) <= MAX_AUTHENTICATION_AGE_SECONDS;
    if (!isFresh) throw new ReauthenticationRequired(MAX_AUTHENTICATION_AGE_SECONDS);
  }
}

import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { ReauthenticationRequired } from './http-errors.js';

/** How long ago somebody who does something that cannot be undone, or that opens an account, may have authenticated. */
export const MAX_AUTHENTICATION_AGE_SECONDS = 300;

interface Bearer {
  /** Seconds since 1970; null when the token does not say. */
  readonly authTime: number | null;
}

/** Step-up authentication (RFC 9470): a token may be good, and its authentication too old for what it asks for. */
@Injectable()
export class FreshAuthenticationPolicy {
  constructor(private readonly clock: Clock) {}

  /** @throws ReauthenticationRequired */
  assertFresh({ authTime }: Bearer): void {
    const now = this.clock.now().getTime() / 1_000;
    // Clocks of replicas differ, so that it may lie ahead: never by more than it may lie behind.
    const isFresh = authTime !== null && Math.abs(now - authTime) <= MAX_AUTHENTICATION_AGE_SECONDS;
    if (!isFresh) throw new ReauthenticationRequired(MAX_AUTHENTICATION_AGE_SECONDS);
  }
}

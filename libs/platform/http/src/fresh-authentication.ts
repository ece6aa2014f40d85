import { Injectable } from '@nestjs/common';
import { Clock } from '#kernel';
import { ReauthenticationRequired } from './http-errors.js';

/** How long ago somebody who does something that cannot be undone, or that opens an account, may have authenticated. */
export const FRESH_AUTHENTICATION_SECONDS = 300;

interface Bearer {
  /** Seconds since 1970; null when the token does not say. */
  readonly authTime: number | null;
}

/** Step-up authentication (RFC 9470): a token may be good, and its authentication too old for what it asks for. */
@Injectable()
export class FreshAuthentications {
  constructor(private readonly clock: Clock) {}

  /** @throws ReauthenticationRequired */
  require({ authTime }: Bearer): void {
    const now = this.clock.now().getTime() / 1_000;
    // Clocks of replicas differ, so that it may lie ahead: never by more than it may lie behind.
    const isFresh = authTime !== null && Math.abs(now - authTime) <= FRESH_AUTHENTICATION_SECONDS;
    if (!isFresh) throw new ReauthenticationRequired(FRESH_AUTHENTICATION_SECONDS);
  }
}

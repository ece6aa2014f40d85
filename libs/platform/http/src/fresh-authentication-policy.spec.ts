import { describe, expect, it } from 'vitest';
import { FixedClock } from '#kernel/testing';
import { FreshAuthenticationPolicy } from './fresh-authentication-policy.js';
import { ReauthenticationRequired } from './http-errors.js';
import { headersOf, statusOf } from './problem.js';

const clock = new FixedClock();
const now = Math.floor(clock.now().getTime() / 1_000);
const fresh = new FreshAuthenticationPolicy(clock);

describe('FreshAuthenticationPolicy', () => {
  it.each([0, -1, -299, 1, 299])('accepts an authentication %i seconds from now [AC-70]', (seconds) => {
    expect(() => fresh.assertFresh({ authTime: now + seconds })).not.toThrow();
  });

  it.each([null, 0, now - 302, now + 302, now * 1_000, Number.NaN])('rejects auth_time %j [AC-70]', (authTime) => {
    expect(() => fresh.assertFresh({ authTime })).toThrow(ReauthenticationRequired);
  });

  it('states the maximum age as in RFC 9470 [AC-70]', () => {
    const error = new ReauthenticationRequired(300);
    expect([statusOf(error), error.code, headersOf(error)]).toEqual([
      401,
      'auth.reauthentication_required',
      {
        'www-authenticate':
          'Bearer realm="foyer", error="insufficient_user_authentication", error_description="Sign in, or authenticate again, within the last 300 seconds", max_age="300"',
      },
    ]);
  });
});

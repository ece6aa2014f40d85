import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from '#kernel';
import { FixedClock } from '#kernel/testing';
import { parseSettings } from '#platform/config';
import { ClientNetworkLimits, ClientNetworkRateLimited } from './client-network-limits.js';
import { InMemoryCounters } from './in-memory-counters.js';

describe('ClientNetworkLimits', () => {
  let clock: FixedClock;
  let limits: ClientNetworkLimits;

  const given = (env: Record<string, string>) => {
    clock = new FixedClock();
    limits = new ClientNetworkLimits(new InMemoryCounters(clock), parseSettings(env), clock);
  };
  const register = (address = '192.0.2.7') => limits.reserve('registrationsPerSource', address);

  beforeEach(() => given({ LIMIT_REGISTRATIONS_PER_SOURCE: '2', TRUSTED_SOURCES: '203.0.113.0/24' }));

  it('rejects the third use in an hour, and returns when to retry', async () => {
    await register();
    await register();
    const refused = await register().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ClientNetworkRateLimited);
    expect(refused).toMatchObject({ code: 'request.too_many', retryAfter: 3_600 });
    clock.advance(3_600_000);
    await register();
  });

  it('counts other spellings and addresses of the same network as one source [AC-08]', async () => {
    await register('2001:db8:1:2::1');
    await register('2001:DB8:1:2:ffff::7');
    await expect(register('2001:0db8:0001:0002:1:2:3:4')).rejects.toBeInstanceOf(ClientNetworkRateLimited);
    await register('2001:db8:1:3::1');
  });

  it('counts each limit of a source separately', async () => {
    await register();
    await register();
    await limits.reserve('wrongCodesPerSource', '192.0.2.7');
  });

  it('does not count a released use', async () => {
    for (let n = 0; n < 10; n++) await (await register()).release();
    await register();
  });

  it('rejects a used-up source before any work, and counts nothing by checking', async () => {
    const refuse = () => limits.assertNotExhausted('registrationsPerSource', '192.0.2.7');
    for (let n = 0; n < 10; n++) await refuse();
    await register();
    await refuse();
    await register();
    await expect(refuse()).rejects.toBeInstanceOf(ClientNetworkRateLimited);
    clock.advance(3_600_000);
    await refuse();
  });

  it('does not limit a trusted source', async () => {
    for (let n = 0; n < 10; n++) await register('203.0.113.9');
    expect(limits.resolveClientNetwork('203.0.113.9')).toEqual({ prefix: '203.0.113.9', trusted: true });
    expect(limits.resolveClientNetwork('::ffff:203.0.113.9')).toEqual({ prefix: '203.0.113.9', trusted: true });
    expect(limits.resolveClientNetwork('192.0.2.7').trusted).toBe(false);
  });

  it('does not limit when the limit is off', async () => {
    given({ LIMIT_REGISTRATIONS_PER_SOURCE: 'off' });
    for (let n = 0; n < 50; n++) await register();
  });

  it('rejects every caller when the store is unavailable [AC-54]', async () => {
    const counters = new InMemoryCounters(clock);
    counters.reserve = () => Promise.reject(new Error('away'));
    const without = new ClientNetworkLimits(counters, parseSettings({}), clock);
    await expect(without.reserve('registrationsPerSource', '::1')).rejects.toThrow('away');
  });

  it('counts sign-ins in process with half the limit when the store is unavailable [AC-54, FM-R1]', async () => {
    const counters = new InMemoryCounters(clock);
    counters.reserve = () => Promise.reject(new Unavailable());
    const without = new ClientNetworkLimits(counters, parseSettings({ LIMIT_LOGINS_PER_SOURCE: '4' }), clock);
    const logIn = () => without.reserve('loginsPerSource', '192.0.2.7', 'count here');
    await logIn();
    await logIn();
    await expect(logIn()).rejects.toBeInstanceOf(ClientNetworkRateLimited);
  });
});

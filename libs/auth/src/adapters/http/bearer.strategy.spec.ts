import { describe, expect, it } from 'vitest';
import type { ExternalCallerResolver } from '../../application/services/external-caller-resolver.js';
import { RecordingAccessTokens } from '../../testing/recording-access-tokens.js';
import type { RevocationPoller } from '../typeorm/revocation-poller.js';
import { BearerStrategy } from './bearer.strategy.js';

const CLAIMS = {
  customerId: 'mia',
  sessionId: 's',
  generation: 0,
  roles: ['customer'],
  scopes: ['customer'],
  authTime: 7,
};
const EXTERNAL_CALLER = { ...CLAIMS, sessionId: null };

/** Knows one token. */
class SingleTokenAccessTokens extends RecordingAccessTokens {
  override async verify(token: string): Promise<typeof CLAIMS | undefined> {
    return token === 'aa.bb-_.cc' ? CLAIMS : undefined;
  }
}

let revoked = false;
const watch = { isRevoked: async () => revoked } as unknown as RevocationPoller;
const foreign = {
  identify: async (token: string) => (token === 'dd.ee.ff' ? EXTERNAL_CALLER : undefined),
} as ExternalCallerResolver;
const strategy = new BearerStrategy(new SingleTokenAccessTokens(), foreign, watch);
const identify = (...rawHeaders: string[]) =>
  strategy.identify({ raw: { rawHeaders, socket: {} }, headers: {}, ip: '192.0.2.7' });

describe('BearerStrategy', () => {
  it.each(['Bearer aa.bb-_.cc', 'bearer aa.bb-_.cc', 'BEARER   aa.bb-_.cc'])('reads %j', async (value) => {
    expect(await identify('Host', 'x', 'AUTHORIZATION', value)).toEqual(CLAIMS);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Beareraa.bb-_.cc',
    'Bearer\taa.bb-_.cc',
    'Bearer aa.bb-_.cc ',
    'Bearer aa.bb-_.cc, Bearer aa.bb-_.cc',
    'Bearer aa.bb-_.cc.dd.ee',
    'Bearer aa.bb-_',
    'Basic aa.bb-_.cc',
    'Bearer "aa.bb-_.cc"',
    'Bearer aa.bb-_.other',
  ])('refuses %j', async (value) => {
    expect(await identify('Authorization', value)).toBeUndefined();
  });

  it('refuses one that was revoked', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
    revoked = false;
  });

  it('takes one of an external identity server, which no revocation of ours concerns', async () => {
    revoked = true;
    expect(await identify('Authorization', 'Bearer dd.ee.ff')).toEqual(EXTERNAL_CALLER);
    revoked = false;
  });

  it('M25 refuses none and two', async () => {
    expect(await identify()).toBeUndefined();
    expect(await identify('Authorization', 'Bearer aa.bb-_.cc', 'authorization', 'Bearer aa.bb-_.cc')).toBeUndefined();
  });

  it('RFC 6750 3.1 says invalid_token only to those who brought one', () => {
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: {}, ip: '' })).toBe(
      'Bearer realm="foyer"',
    );
    expect(strategy.challenge({ raw: { rawHeaders: [], socket: {} }, headers: { authorization: 'x' }, ip: '' })).toBe(
      'Bearer realm="foyer", error="invalid_token"',
    );
  });
});
